import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/base/clock.ts";
import type { RunnerEvent } from "../../../src/runners/event.ts";
import { builtRunner } from "../../../src/runners/registry.ts";
import type { RunnerOptions } from "../../../src/runners/settings/options.ts";
import { runTurn, type TurnOutcome, type TurnRequest } from "../../../src/runners/turn.ts";
import { repoContext } from "../context.ts";

export const OPTIONS: RunnerOptions = {
  output_format: "stream_json",
  verbosity: "normal",
  approval_mode: "default",
  sandbox: "default",
  plan_mode: "default",
  unsupported_option_policy: "warn",
};

export interface Call extends Partial<Omit<TurnRequest, "runner">> {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/** A program in a temporary directory that stands in for an agent: what it does is a shell script. */
export class ScriptedAgent implements Disposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-agent-")));
  readonly program = join(this.root, "agent");
  readonly events: RunnerEvent[] = [];
  readonly stderr: string[] = [];

  constructor(script: string) {
    writeFileSync(this.program, `#!/bin/bash\n${script}\n`);
    chmodSync(this.program, 0o755);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** One call of it as the runner of this id. */
  turn(runner: "claude" | "codex" | "opencode", call: Call = {}): Promise<TurnOutcome> {
    const { env = {}, clock, ...request } = call;
    const layer = { agent: { claude_bin: this.program, codex_bin: this.program, opencode_bin: this.program } };
    const context = repoContext(this.root, layer, { PATH: process.env["PATH"], HOME: this.root, ...env });
    const { agent } = context.config;
    return runTurn(clock === undefined ? context : { ...context, clock }, {
      runner: builtRunner(runner, agent),
      model: "M",
      effort: null,
      options: OPTIONS,
      call: { kind: "prompt", prompt: "do it" },
      cwd: this.root,
      runId: "run-1",
      taskId: "RQ-0001",
      executable: "/opt/cueloop/bin/cueloop",
      onEvent: (event) => this.events.push(event),
      onStderr: (line) => this.stderr.push(line),
      signal: new AbortController().signal,
      idleTimeoutMs: 0,
      turnTimeoutMs: 0,
      ...request,
    });
  }
}

/** A shell command that prints these values, one a line. */
export function print(...lines: readonly unknown[]): string {
  const text = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  return `printf %s '${text.replaceAll("'", "'\\''")}'`;
}

export const INIT = { type: "system", subtype: "init", session_id: "11111111-2222-4333-8444-555555555555" };
export const SAYS = (text: string) => ({ type: "assistant", message: { content: [{ type: "text", text }] } });
export const RESULT = (text: string) => ({ type: "result", subtype: "success", is_error: false, result: text });
