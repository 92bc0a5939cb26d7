/**
 * A stand-in for an agent program: `agent.ts ID DIRECTORY ARGUMENT…`, where the arguments are those the real
 * one would get. Does what DIRECTORY/script.json says for this call, in the dialect of ID.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { DIALECTS } from "./dialects/all.ts";
import type { Json } from "./dialects/dialect.ts";
import { type AgentCall, Script, type Step } from "./script.ts";

const MIB = 1024 * 1024;
const CHUNK = 64 * 1024;

const [id = "", directory = "", ...args] = process.argv.slice(2);
const dialect = DIALECTS.find((each) => each.id === id);
if (dialect === undefined) throw new Error(`no dialect ${id}`);
const asked = dialect.ask(args);
const steps = nextTurn();
const isDeaf = steps.some((step) => "deaf" in step);
const call: AgentCall = { ...asked, prompt: isDeaf ? null : await Bun.stdin.text(), task: process.env["CUELOOP_TASK_ID"] ?? "" };
appendFileSync(join(directory, "calls.ndjson"), `${JSON.stringify(call)}\n`);

let answer = "";
let isEnded = false;
if (!isDeaf) tell(dialect.begin(asked));
for (const step of steps) await act(step);
if (!isEnded) tell([dialect.end(asked, true, answer)]);
process.exit(0);

function nextTurn(): readonly Step[] {
  const script = v.parse(Script, JSON.parse(readFileSync(join(directory, "script.json"), "utf8")));
  const calls = join(directory, "calls.ndjson");
  const made = existsSync(calls) ? readFileSync(calls, "utf8").split("\n").length - 1 : 0;
  return script[Math.min(made, script.length - 1)] ?? [];
}

async function act(step: Step): Promise<void> {
  if (dialect === undefined || "deaf" in step) return;
  if ("say" in step) {
    answer = step.say;
    tell(dialect.say(asked, step.say));
  } else if ("write" in step) {
    mkdirSync(dirname(step.write), { recursive: true });
    writeFileSync(step.write, step.text);
    tell(dialect.use(asked, { kind: "write", subject: step.write, output: "", exitCode: 0 }));
  } else if ("run" in step) {
    const child = Bun.spawnSync(["sh", "-c", step.run], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const output = `${child.stdout}${child.stderr}`;
    tell(dialect.use(asked, { kind: "run", subject: step.run, output, exitCode: child.exitCode }));
    tell(dialect.say(asked, `${step.run} -> ${child.exitCode}\n${output}`));
  } else if ("denied" in step) tell(dialect.denied(asked, step.denied));
  else if ("bytes" in step) print(1, Buffer.from(step.bytes, "base64"));
  else if ("out" in step) print(1, Buffer.from(step.out));
  else if ("err" in step) print(2, Buffer.from(step.err));
  else if ("flood" in step) flood(step.flood, step.mebibytes);
  else if ("limit" in step) fail(dialect.limit(asked, Math.floor(Date.now() / 1000) + step.limit));
  else if ("refused" in step) fail(dialect.refused(asked, step.refused));
  else if ("end" in step) end(step.end);
  else if ("exit" in step) process.exit(step.exit);
  else if ("kill" in step) await die(step.kill);
  else if ("hang" in step) await hang(step.hang, step.sigint);
  else await leave(step.leave, step.place);
}

function tell(events: readonly Json[]): void {
  for (const event of events) print(1, Buffer.from(`${JSON.stringify(event)}\n`));
}

function print(file: 1 | 2, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function fail(events: readonly Json[]): never {
  tell(events);
  process.exit(1);
}

function end(how: "ok" | "failed" | "half" | "unterminated" | "none"): void {
  isEnded = true;
  if (dialect === undefined || how === "none") return;
  const line = JSON.stringify(dialect.end(asked, how !== "failed", answer));
  if (how === "half") print(1, Buffer.from(line.slice(0, line.length / 2)));
  else print(1, Buffer.from(how === "unterminated" ? line : `${line}\n`));
}

function flood(how: "messages" | "tool" | "stderr", mebibytes: number): void {
  if (dialect === undefined) return;
  const text = `${"all work and no play ".repeat(CHUNK).slice(0, CHUNK - 1)}.`;
  const chunks = (mebibytes * MIB) / CHUNK;
  if (how === "messages") for (let count = 0; count < chunks; count += 1) tell(dialect.say(asked, text));
  if (how === "tool") tell(dialect.use(asked, { kind: "run", subject: "cat huge", output: text.repeat(chunks), exitCode: 0 }));
  if (how === "stderr") for (let count = 0; count < chunks; count += 1) print(2, Buffer.from(`${text}\n`));
}

async function die(signal: "SIGKILL" | "SIGSEGV" | "SIGTERM"): Promise<never> {
  process.kill(process.pid, signal);
  return forever();
}

async function hang(name: string, sigint: "dies" | "ignored" | "exits 0"): Promise<never> {
  if (sigint === "ignored") process.on("SIGINT", () => undefined);
  if (sigint === "exits 0") process.on("SIGINT", () => process.exit(0));
  announce(name, process.pid);
  return forever();
}

async function leave(name: string, place: "group" | "detached"): Promise<void> {
  const child = Bun.spawn(["sleep", "600"], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    detached: place === "detached",
    env: process.env,
  });
  child.unref();
  announce(name, child.pid);
}

/** The file appears whole. */
function announce(name: string, pid: number): void {
  const path = join(directory, name);
  writeFileSync(`${path}.new`, String(pid));
  renameSync(`${path}.new`, path);
}

async function forever(): Promise<never> {
  setInterval(() => undefined, 60_000);
  return new Promise<never>(() => undefined);
}
