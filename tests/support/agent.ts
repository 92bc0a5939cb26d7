import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { Repository } from "./repository.ts";

/** One thing the scripted agent does in a turn. */
export type Step =
  | { readonly write: string; readonly text: string }
  /** A line of sh, in the repository; `cueloop` is the executable under test. Its output is said. */
  | { readonly run: string }
  | { readonly say: string }
  /** A line of standard output as it is. */
  | { readonly line: string }
  | { readonly stderr: string }
  | { readonly exit: number }
  | { readonly kill: string }
  /** Creates a file beside the repository, then never ends by itself. */
  | { readonly hang: string };

/** What the agent does when it is called for the first, the second, … time; further calls only say something. */
export type Script = readonly (readonly Step[])[];

/** What it does whenever it is called with a model: one for each phase, wherever a run goes on. */
export type ScriptByModel = Readonly<Record<string, readonly Step[]>>;

const Call = v.object({ kind: v.string(), prompt: v.string(), session: v.nullable(v.string()), task: v.string(), model: v.string() });
export type AgentCall = v.InferOutput<typeof Call>;

export interface AgentOptions {
  readonly supportsResume?: boolean;
  /** Keys of `agent` in the project's configuration. */
  readonly agent?: Readonly<Record<string, unknown>>;
}

const PROGRAM = `#!/usr/bin/env bun
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
const home = process.env.HOME;
const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : null);
const stdin = await Bun.stdin.text();
const count = existsSync(join(home, "turns")) ? Number(readFileSync(join(home, "turns"), "utf8")) : 0;
writeFileSync(join(home, "turns"), String(count + 1));
const prompt = args[0] === "resume" ? args.at(-1) : stdin;
const session = option("--session") ?? "script-" + count;
const call = { kind: args[0], prompt, session: option("--session"), task: process.env.CUELOOP_TASK_ID ?? "", model: option("--model") ?? "" };
appendFileSync(join(home, "calls.ndjson"), JSON.stringify(call) + "\\n");
const emit = (event) => process.stdout.write(JSON.stringify(event) + "\\n");
const script = JSON.parse(readFileSync(join(home, "script.json"), "utf8"));
for (const step of script[Array.isArray(script) ? count : call.model] ?? [{ say: "nothing to do" }]) {
  if ("write" in step) {
    mkdirSync(dirname(step.write), { recursive: true });
    writeFileSync(step.write, step.text);
    emit({ type: "tool_call", name: "write", arguments: { path: step.write } });
  } else if ("run" in step) {
    const child = Bun.spawnSync(["sh", "-c", step.run], { stdin: "ignore", stdout: "pipe", stderr: "pipe", env: process.env });
    emit({ type: "text", content: step.run + " -> " + child.exitCode + "\\n" + child.stdout + child.stderr });
  } else if ("say" in step) emit({ type: "text", content: step.say });
  else if ("line" in step) process.stdout.write(step.line + "\\n");
  else if ("stderr" in step) process.stderr.write(step.stderr + "\\n");
  else if ("exit" in step) process.exit(step.exit);
  else if ("kill" in step) process.kill(process.pid, step.kill);
  else if ("hang" in step) {
    // Whoever waits for the file reads the id as soon as it is there.
    writeFileSync(join(home, step.hang + ".new"), String(process.pid));
    renameSync(join(home, step.hang + ".new"), join(home, step.hang));
    // A test that died does not end it.
    setInterval(() => existsSync(home) || process.exit(1), 1000);
    await new Promise(() => {});
  }
}
emit({ type: "finish", session_id: session });
`;

/** Sets a repository up so that every run is worked by the scripted agent. */
export function scriptedAgent(repository: Repository, script: Script | ScriptByModel, options: AgentOptions = {}): void {
  const manifest = {
    api_version: 1,
    id: "script",
    version: "1.0.0",
    name: "Scripted agent",
    runner: { bin: "agent", supports_resume: options.supportsResume ?? true, default_model: "scripted" },
  };
  const config = {
    version: 2,
    agent: { runner: "script", phases: 1, runner_retry: { base_backoff_ms: 1, jitter_ratio: 0 }, ...options.agent },
    plugins: { plugins: { script: { enabled: true } } },
  };
  repository.write({
    ".cueloop/plugins/script/plugin.json": JSON.stringify(manifest),
    ".cueloop/plugins/script/agent": PROGRAM,
    ".cueloop/config.jsonc": JSON.stringify(config),
    ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
    ".gitignore": ".cueloop/README.md\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n",
  });
  writeScript(repository, script);
}

/** Replaces what the agent does from its first call on. */
export function writeScript(repository: Repository, script: Script | ScriptByModel): void {
  writeFileSync(join(repository.home, "script.json"), JSON.stringify(script));
  writeFileSync(join(repository.home, "turns"), "0");
  writeFileSync(join(repository.home, "calls.ndjson"), "");
}

/** The calls made of the agent so far, oldest first. */
export function agentCalls(repository: Repository): AgentCall[] {
  const file = join(repository.home, "calls.ndjson");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => v.parse(Call, JSON.parse(line)));
}
