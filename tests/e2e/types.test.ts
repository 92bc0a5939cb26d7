import { beforeAll, expect, test } from "bun:test";
import { Repository } from "../support/repository.ts";

/** Lines that must not compile end in `// wrong`; what stands around them must. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "a configuration as an object": `export default defineConfig({
  project_type: "code",
  agent: { runner: "claude", phases: 2, ci_gate: { enabled: true, argv: ["bun", "test"] }, model: undefined, effort_typo: undefined }, // wrong
  parallel: { workers: 2, setup: ["bun", "install"] },
});`,
  "a configuration that computes": `export default defineConfig(async ({ config, repoRoot, command }) => ({
  agent: { model: config.agent.model ?? undefined, git_publish_mode: command[0] === "run" ? "commit" : null },
  profiles: { review: { phases: 3, instruction_files: [repoRoot + "/AGENTS.md"] } },
  ci_patterns: [{ key: "lint", all: ["error"], hint: "Run the formatter." }],
}));`,
  "an unknown key": `export default defineConfig({ agnet: {} }); // wrong`,
  "a value that is none of the accepted": `export default defineConfig({ agent: { git_publish_mode: "push" } }); // wrong`,
  "a number for a list": `export default defineConfig({ agent: { ci_gate: { argv: 3 } } }); // wrong`,
  "the place of the queue": `export default defineConfig({ queue: { file: "tasks.json" } }); // wrong`,
  "the version of the file": `export default defineConfig({ version: 2 }); // wrong`,
  "a reading of what is not there": `export default defineConfig(({ config }) => ({ agent: { model: config.agent.modell } })); // wrong`,
  "the context is not to be changed": `export default defineConfig((context) => {
  context.config.agent.phases = 1; // wrong
  return {};
});`,
  "all hooks": `export default defineConfig({ hooks: {
  timeout_seconds: 10,
  runStart: ({ plan, log }) => log.info(String(plan.length)),
  selectTask: ({ candidates }) => candidates.find((task) => task.priority === "critical")?.id,
  beforeTask: async ({ task, queue }) => ((await queue.explain(task.id)).runnable ? { settings: { phases: 1 } } : { skip: "not now" }),
  worktreeReady: async ({ path, cloneFromMain }) => { await cloneFromMain("node_modules"); void path; },
  beforePhase: ({ phase, prompt }) => (phase === "review" ? { prompt: prompt + "!" } : undefined),
  afterPhase: ({ result }) => (result.finalText === null ? { continueWith: "Say more" } : undefined),
  gate: async ({ changedFiles, $ }) => {
    const { exitCode, stdout } = await $\`bun test \${changedFiles}\`.nothrow();
    return exitCode === 0 ? { ok: true } : { ok: false, output: new TextDecoder().decode(stdout) };
  },
  beforeCommit: ({ task, message }) => ({ message: message + (task.custom_fields["ticket"] ?? "") }),
  beforeIntegrate: ({ commits }) => (commits.length > 3 ? { refuse: "too many" } : null),
  afterTask: ({ outcome, commit, usage }) => void [outcome === "done", commit?.length, usage?.cost],
  blocked: ({ blocking }) => void blocking,
  runEnd: ({ summary }) => void summary.exit_code,
  onEvent: ({ event }) => { if (event.kind === "task_finished") void event.payload.usage?.input_tokens; },
} });`,
  "several hook objects": `export default defineConfig({ hooks: [{ runEnd() {} }, { timeout_seconds: 1, blocked() {} }] });`,
  "an unknown hook": `export default defineConfig({ hooks: { beforTask() {} } }); // wrong`,
  "a hook that returns the wrong thing": `export default defineConfig({ hooks: { beforeTask: () => ({ skip: true }) } }); // wrong`,
  "a gate that says nothing": `export default defineConfig({ hooks: { gate: async () => undefined } }); // wrong`,
  "a failing gate without its output": `export default defineConfig({ hooks: { gate: () => ({ ok: false }) } }); // wrong`,
  "a hook that reads what it is not given": `export default defineConfig({ hooks: { afterTask: ({ prompt }) => prompt } }); // wrong`,
  "a task is not to be changed": `export default defineConfig({ hooks: {
  beforeTask({ task }) {
    task.title = "x"; // wrong
    task.tags.push("x"); // wrong
  },
} });`,
  "a hook of a run that has no task": `export default defineConfig({ hooks: { runStart: ({ task }) => task } }); // wrong`,
  "an event that does not exist": `export default defineConfig({ hooks: { onEvent: ({ event }) => event.kind === "done" } }); // wrong`,
  runners: `export const program = defineRunner({
  command: ({ model, prompt, sessionId }) => ({ argv: ["agent", "--model", model], stdin: prompt, env: { S: sessionId ?? "" } }),
  resume: ({ sessionId }) => ({ argv: ["agent", "--continue", sessionId.trim()] }),
  parse: (line) => [{ type: "text", text: line }],
  classify: ({ exitCode }) => (exitCode === 75 ? "retryable" : "permanent"),
  models: ["a"],
});
export const service = defineRunner({
  async *run({ prompt, signal }) {
    const answer = await fetch("http://localhost", { method: "POST", body: prompt, signal });
    yield { type: "session", id: "1" };
    yield { type: "final", text: await answer.text() };
  },
});
export default defineConfig({ runners: { program, service } });`,
  "a runner with all it may have": `export const all = defineRunner({
  displayName: "My agent",
  program: "my-agent",
  models: ["small", "large"],
  defaultModel: null,
  efforts: [],
  supportedOptions: { sandbox: ["enabled", "disabled"], approval_mode: ["safe"], plan_mode: ["enabled"], verbosity: ["verbose"] },
  sessionIdPattern: /^ses_/,
  keepsSessionId: true,
  reportsEnd: true,
  newSessionId: () => "ses_" + crypto.randomUUID(),
  isUnknownSession: ({ exitCode, stderr, output }) => exitCode === 42 || (stderr + output).includes("no such session"),
  classify: ({ output }) => (output.includes("later") ? "retryable" : "permanent"),
  command({ newSessionId, options, effort }) {
    const sandbox: "default" | "enabled" | "disabled" = options.sandbox;
    const hard: boolean = effort === "xhigh";
    return { argv: ["my-agent", sandbox, String(hard), ...(newSessionId === null ? [] : ["--session-id", newSessionId])] };
  },
  resume: ({ sessionId, newSessionId }) => ({ argv: ["my-agent", sessionId.trim(), newSessionId ?? ""] }),
  createParser({ request, now }) {
    let answer = request.model;
    return {
      line(text) {
        answer += text;
        return text === "" ? [{ type: "usage_limit", resets_at: now() + 60 }] : [{ type: "permission_denied", tool: text }, { type: "raw", text }];
      },
      end: () => [{ type: "final", text: answer }, { type: "end", ok: true }],
    };
  },
});
export const service = defineRunner({
  reportsEnd: true,
  newSessionId: () => "x",
  supportedOptions: { sandbox: ["enabled"] },
  async *run({ sessionId, newSessionId }) {
    const id: string | null = sessionId ?? newSessionId;
    yield { type: "text", text: id ?? "" };
    yield { type: "end", ok: true };
  },
});`,
  "a runner whose new members are none": `export const runner = defineRunner({
  command: () => ({ argv: ["a"] }),
  displayName: 3, // wrong
  program: ["a"], // wrong
  defaultModel: false, // wrong
  supportedOptions: { sandbox: ["on"] }, // wrong
  sessionIdPattern: "^ses_", // wrong
  keepsSessionId: "yes", // wrong
  reportsEnd: 1, // wrong
  newSessionId: () => 7, // wrong
  isUnknownSession: ({ output }) => output.length, // wrong
  createParser: () => ({ end: () => [] }), // wrong
});`,
  "an option that is none": `export const runner = defineRunner({ command: () => ({ argv: ["a"] }), supportedOptions: { colour: ["red"] } }); // wrong`,
  "a new session id that may be missing": `export const runner = defineRunner({ command: ({ newSessionId }) => ({ argv: ["a", newSessionId] }) }); // wrong`,
  "a parser whose event is none": `export const runner = defineRunner({ command: () => ({ argv: ["a"] }), createParser: () => ({ line: (text) => [{ type: "speech", text }] }) }); // wrong`,
  "a request is not to be changed": `export const runner = defineRunner({ command(request) {
  request.options.sandbox = "enabled"; // wrong
  return { argv: ["a"] };
} });`,
  "a way to read beside a function": `export const runner = defineRunner({ async *run() {}, createParser: () => ({ line: () => [] }) }); // wrong`,
  "a program beside a function": `export const runner = defineRunner({ async *run() {}, program: "a" }); // wrong`,
  "a runner that is nothing": `export const runner = defineRunner({}); // wrong`,
  "a runner that is both": `export const runner = defineRunner({ command: () => ({ argv: ["a"] }), async *run() {} }); // wrong`,
  "a runner that starts no program": `export const runner = defineRunner({ command: () => ({ argv: [] }) }); // wrong`,
  "a runner with an event that is none": `export const runner = defineRunner({ async *run() { yield { type: "speech", text: "x" }; } }); // wrong`,
  "a runner whose error class is none": `export const runner = defineRunner({ command: () => ({ argv: ["a"] }), classify: () => "later" }); // wrong`,
  "a command": `export default defineConfig({ commands: { stale: defineCommand({
  description: "List tasks nobody touched",
  args: v.object({ days: v.optional(v.number(), 30) }),
  flags: v.object({ fix: v.optional(v.boolean()), kind: v.picklist(["a", "b"]) }),
  async run({ args, flags, queue, print }) {
    const days: number = args.days;
    const kind: "a" | "b" = flags.kind;
    await print({ days, kind });
    return (await queue.tasks()).length === 0 ? 0 : 1;
  },
}) } });`,
  "a command without a description": `export const command = defineCommand({ run() {} }); // wrong`,
  "a command that reads a flag it has not": `export const command = defineCommand({ description: "x", flags: v.object({ a: v.string() }), run: ({ flags }) => flags.b }); // wrong`,
  "a command whose argument is another type": `export const command = defineCommand({
  description: "x",
  args: v.object({ days: v.number() }),
  run({ args }) {
    const days: string = args.days; // wrong
    return days;
  },
});`,
  "a command whose arguments are no schema": `export const command = defineCommand({ description: "x", args: { days: "number" }, run() {} }); // wrong`,
  prompts: `export default defineConfig({ prompts: { worker_phase2: (context, base) => base + (context["TASK_ID"] ?? "") } });`,
  "a prompt that does not exist": `export default defineConfig({ prompts: { worker_phase9: () => "" } }); // wrong`,
  "a prompt that is no text": `export default defineConfig({ prompts: { worker: () => 3 } }); // wrong`,
  "a script": `const queue = openQueue({ dir: "." });
const [first] = await queue.tasks({ statuses: ["todo"], tags: ["api"] });
if (first !== undefined) {
  const id: string = await queue.transaction("raise", (draft) => {
    draft.update(first.id, { priority: "high", description: null });
    draft.move(first.id, "first");
    return draft.add({ title: "Next", depends_on: [first.id] }).id;
  });
  const run = runTask(id, { maxTurns: 3, signal: AbortSignal.timeout(1000) });
  for await (const event of run) if (event.kind === "commit") console.log(event.payload.commit);
  const outcome = await run.outcome;
  if (outcome.kind === "ran") console.log(outcome.outcome, outcome.commit);
}
try {
  await runLoop({ maxTasks: 1, keepGoing: true }).outcome;
} catch (error) {
  if (error instanceof CueLoopError) console.log(error.code, error.hint, error.where?.taskId, version);
}`,
  "a task without a title": `await openQueue().transaction("x", (draft) => draft.add({ tags: [] })); // wrong`,
  "a status that only finishing gives": `await openQueue().transaction("x", (draft) => draft.update("RQ-0001", { status: "done" })); // wrong`,
  "a flag that the command does not have": `await runTask("RQ-0001", { maxTasks: 3 }).outcome; // wrong`,
  "a run without a task": `await runTask().outcome; // wrong`,
  "a queue read without waiting": `console.log(openQueue().tasks().length); // wrong`,
};

const IMPORTS =
  'import { CueLoopError, defineCommand, defineConfig, defineRunner, openQueue, runLoop, runTask, v, version } from "cueloop";\n';
const USED = "\nexport const used = [CueLoopError, defineCommand, defineConfig, defineRunner, openQueue, runLoop, runTask, v, version];\n";

const TESTING = `import { fakeRepo, runInRepo, scriptedRunner } from "cueloop/testing";
using repo = fakeRepo({ tasks: [{ title: "x", tags: ["a"] }], config: { hooks: { beforeTask: () => ({ skip: "no" }) } }, files: { a: "" } });
const { events, outcome, error, asked } = await runInRepo(repo, { task: "RQ-0001", runner: scriptedRunner([{ say: "x", write: { b: "" } }]) });
console.log(events[0]?.kind, outcome, error?.code, asked[0]?.prompt, (await repo.queue.next())?.title);
scriptedRunner([{ sing: "x" }]); // wrong
await runInRepo({ root: "x" }); // wrong
fakeRepo({ tasks: [{ titel: "x" }] }); // wrong
`;

const GUIDE = await Bun.file(new URL("../../docs/guide/your-own-agent.md", import.meta.url).pathname).text();
/** The guide's examples, each as the whole it is a part of. */
const EXAMPLES = [...GUIDE.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => {
  if (text.startsWith("import ")) return text;
  const isRunner = /^\w+: defineRunner\(/.test(text);
  const command = text.includes("command:") ? "" : 'command: () => ({ argv: ["a"] }),';
  return `import { defineRunner } from "cueloop";\nexport const example = ${isRunner ? `{\n${text}}` : `defineRunner({ ${command}\n${text}})`};\n`;
});

const files = new Map<string, { readonly file: string; readonly text: string }>([
  ...Object.entries(PROGRAMS).map(([name, text], index) => [name, { file: `p${index}.ts`, text: IMPORTS + text + USED }] as const),
  ["tests", { file: "testing.ts", text: TESTING }],
  ...EXAMPLES.map((text, index) => [`example ${index + 1} of the guide to runners`, { file: `guide${index}.ts`, text }] as const),
]);
/** Lines with an error, by file. */
const found = new Map<string, Set<number>>();
let rest = "";

beforeAll(async () => {
  using repo = new Repository();
  const written = await repo.cueloop("config", "types", "--write");
  expect(written).toMatchObject({ code: 0, stdout: "Written: .cueloop/cueloop.d.ts\nWritten: tsconfig.json\n" });
  repo.write(Object.fromEntries([...files.values()].map(({ file, text }) => [file, text])));
  expect(repo.has("node_modules")).toBe(false);
  // The declarations themselves are looked at too.
  const checked = await repo.run([
    process.execPath,
    "check",
    "--all",
    "--noUncheckedIndexedAccess",
    "--noPropertyAccessFromIndexSignature",
    "--exactOptionalPropertyTypes",
    "--skipLibCheck",
    "false",
  ]);
  for (const line of checked.stdout.split("\n")) {
    const [, file, number] = /^(\S+?)\((\d+),\d+\): error/.exec(line) ?? [];
    if (file === undefined) continue;
    if (file.includes("cueloop.d.ts")) rest += `${line}\n`;
    else found.set(file, (found.get(file) ?? new Set()).add(Number(number)));
  }
  if (found.size === 0) rest += checked.stdout + checked.stderr;
}, 60_000);

test("the declarations have no errors of their own", () => {
  expect(rest).toBe("");
});

test.each([...files.keys()])("%s", (name) => {
  const { file, text } = files.get(name) ?? { file: "", text: "" };
  const wrong = text.split("\n").flatMap((line, index) => (line.endsWith("// wrong") ? [index + 1] : []));
  expect([...(found.get(file) ?? [])].sort((a, b) => a - b)).toEqual(wrong);
});

test("a tsconfig.json that is there stays as it is, and what it lacks is said", async () => {
  using repo = new Repository();
  repo.write({ "tsconfig.json": "{}\n" });
  const { stdout } = await repo.cueloop("config", "types", "--write");
  expect(stdout).toContain('add ".cueloop/cueloop.d.ts" to its `include`');
  expect(repo.read("tsconfig.json")).toBe("{}\n");
  const printed = await repo.cueloop("config", "types");
  expect(printed.stdout.trim()).toBe(repo.read(".cueloop/cueloop.d.ts").trim());
});
