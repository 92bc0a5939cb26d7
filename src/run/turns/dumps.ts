import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { RunContext } from "../context.ts";

/**
 * Saves what a failed call printed, for the person; says where, one sentence a file. It is redacted unless the
 * person asked for raw output (`--debug`, `CUELOOP_RAW_DUMP`). Failing to save only warns.
 */
export function saveDumps(context: RunContext, outcome: { readonly stdoutTail: string; readonly stderrTail: string }): string[] {
  const streams = [
    ["runner_error_stdout", outcome.stdoutTail],
    ["runner_error_stderr", outcome.stderrTail],
  ] as const;
  return streams.flatMap(([label, text]) => (text.trim() === "" ? [] : save(context, label, text)));
}

function save(context: RunContext, label: string, text: string): string[] {
  try {
    const parent = join(context.env["TMPDIR"]?.trim() || tmpdir(), "cueloop");
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    const path = join(mkdtempSync(join(parent, `cueloop_${label}_`)), "output.txt");
    const isRaw = context.debug !== null || /^(?:1|true)$/i.test(context.env["CUELOOP_RAW_DUMP"]?.trim() ?? "");
    writeFileSync(path, isRaw ? text : context.redact(text), { mode: 0o600 });
    return [`Its output (${isRaw ? "as it came, secrets included" : "redacted"}) was saved to ${path}`];
  } catch (error) {
    context.log.warn(`The agent's output could not be saved: ${messageOf(error)}`);
    return [];
  }
}
