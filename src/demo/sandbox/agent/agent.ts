import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One file the agent writes, from a file of its own `files` folder. */
interface Edit {
  readonly path: string;
  readonly from: string;
}

interface Part {
  readonly plan: string;
  readonly test: string;
  readonly first: { readonly say: string; readonly edits: readonly Edit[] };
  /** What it does when the gate sends it back. */
  readonly repair?: { readonly say: string; readonly edits: readonly Edit[] };
  readonly review: string;
}

/** Tests that are expected to fail. */
const LIST = "known-failing.txt";

const home = import.meta.dir;
const parts: Record<string, Part> = JSON.parse(readFileSync(join(home, "parts.json"), "utf8"));
const resumed = process.argv[2] === "resume";
const task = process.env["CUELOOP_TASK_ID"] ?? "";
const part = parts[task];
const prompt = await Bun.stdin.text();

if (part === undefined) {
  process.stderr.write(`the demo agent has no part for ${task}\n`);
  process.exit(1);
}

const plan = `.cueloop/cache/plans/${task}.md`;
const mark = `.cueloop/cache/demo/${task}`;
const contradicted = readFileSync(LIST, "utf8");
if (contradicted.includes("<<<<<<< ")) await resolve(contradicted);
else if (resumed && part.repair !== undefined) await work(part.repair.say, part.repair.edits);
else if (!existsSync(plan)) await makePlan(part, plan);
else if (!existsSync(mark)) {
  await work(part.first.say, part.first.edits);
  takeOut(part.test);
  write(mark, "implemented\n");
} else await say(part.review);
emit({ type: "finish", session_id: `demo-${task}-${prompt.length}` });

async function makePlan(chosen: Part, path: string): Promise<void> {
  await say(`Reading ${chosen.test} and the code it is about.`);
  emit({ type: "tool_call", name: "read", arguments: { path: chosen.test } });
  await Bun.sleep(120);
  write(path, `${chosen.plan}\n`);
  emit({ type: "tool_call", name: "write", arguments: { path } });
  await say("The plan is written.");
}

async function work(text: string, edits: readonly Edit[]): Promise<void> {
  await say(text);
  for (const { path, from } of edits) {
    write(path, readFileSync(join(home, "files", from), "utf8"));
    emit({ type: "tool_call", name: "write", arguments: { path } });
    await Bun.sleep(150);
  }
}

/** The test is expected to pass from now on. */
function takeOut(test: string): void {
  const lines = readFileSync(LIST, "utf8").split("\n");
  writeFileSync(LIST, lines.filter((line) => line !== test).join("\n"));
  emit({ type: "tool_call", name: "edit", arguments: { path: LIST } });
}

/** Both sides took lines out: what both of them still have stays. */
async function resolve(text: string): Promise<void> {
  await say("Another task took its test out of the list meanwhile. Both are out.");
  const both = text.replace(/^<{7} .*\n([\s\S]*?)(?:^\|{7} [\s\S]*?)?^={7}\n([\s\S]*?)^>{7} .*\n/gm, (_, theirs: string, ours: string) => {
    const kept = new Set(ours.split("\n"));
    return theirs
      .split("\n")
      .filter((line) => line !== "" && kept.has(line))
      .map((line) => `${line}\n`)
      .join("");
  });
  writeFileSync(LIST, both);
  emit({ type: "tool_call", name: "edit", arguments: { path: LIST } });
}

async function say(text: string): Promise<void> {
  emit({ type: "text", content: text });
  await Bun.sleep(150);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function emit(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
