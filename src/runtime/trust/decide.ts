import { formatTimestamp } from "../../base/clock.ts";
import type { BaseContext } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import { type CodeDecision, withDecision, withoutConsents } from "../../config/trust/record.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { changeTrustRecord, readTrustRecord } from "../../config/trust/store.ts";
import { version } from "../../version.ts";
import type { Closure } from "../closure/closure.ts";
import { forgetCommands } from "./known-commands.ts";
import { forgetTexts, keepTexts } from "./texts.ts";

type Writing = Pick<BaseContext, "env" | "clock" | "signal">;

/**
 * Records what the user said about a closure.
 * @throws CueLoopError `config.trust_unwritable` where decisions cannot be kept
 */
export async function recordDecision(
  context: Writing,
  root: string,
  closure: Closure,
  decision: Pick<CodeDecision, "decision" | "via">,
): Promise<void> {
  const identity = repositoryIdentity(root);
  const entry: CodeDecision = {
    digest: closure.digest,
    ...decision,
    decided_at: formatTimestamp(context.clock.now()),
    cueloop_version: version,
    files: closure.files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes: bytes.length })),
  };
  if (!(await changeTrustRecord(context, identity, (record) => withDecision(record, entry)))) throw notKept(context, root);
  if (decision.decision === "allow") keepTexts(context, identity, closure);
}

/**
 * Forgets every consent of a repository, to its settings and to its code; what was denied stays denied.
 * @returns why the store cannot be used, and what it holds stays; null when it can
 */
export async function forgetConsents(context: Writing, root: string): Promise<string | null> {
  const identity = repositoryIdentity(root);
  const { record, unusable } = readTrustRecord(context, identity);
  if (record === null) return unusable;
  await changeTrustRecord(context, identity, withoutConsents);
  forgetTexts(context, identity);
  forgetCommands(context, identity);
  return null;
}

function notKept(context: Writing, root: string): CueLoopError {
  const { unusable } = readTrustRecord(context, repositoryIdentity(root));
  return new CueLoopError("config.trust_unwritable", {
    message: `Your decision cannot be kept: ${unusable ?? "there is no place for it"}.`,
    hint: "Have XDG_STATE_HOME name a directory that is yours alone.",
  });
}
