import type { BaseContext } from "../../base/context.ts";
import { CueLoopError, causeChain, isCueLoopError } from "../../base/errors.ts";
import { codeFilePath, hasCodeFile } from "../../config/code-file.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { readTrustRecord, type StoredRecord } from "../../config/trust/store.ts";
import { readClosure } from "../closure/read.ts";
import { type CodeState, codeStatus, fileChanges } from "./state.ts";

/**
 * Reads a repository's executable configuration, running nothing of it, and finds what its user decided about it.
 * @param pinned the digest this process was told to allow, `sha256:…`; null: none
 * @param damaged what a damaged record of decisions is: an error, or none and told as the store's trouble
 * @throws CueLoopError `config.trust_record` for a damaged record of decisions
 */
export async function judgeCode(
  context: Pick<BaseContext, "env">,
  root: string,
  pinned: string | null,
  damaged: "error" | "none" = "error",
): Promise<CodeState> {
  const path = codeFilePath(root);
  const none = { path, closure: null, changed: [], lastAllowed: null, problem: null, unusable: null };
  if (!hasCodeFile(root)) return { ...none, status: "absent" };
  const { record, unusable } = damaged === "error" ? readTrustRecord(context, repositoryIdentity(root)) : readableRecord(context, root);
  const decisions = record?.decisions ?? [];
  const lastAllowed = decisions.find((known) => known.decision === "allow") ?? null;
  try {
    const closure = await readClosure(root);
    const status = codeStatus({ digest: closure.digest, decisions, pinned });
    const changed = status === "changed" && lastAllowed !== null ? fileChanges(lastAllowed.files, closure.files) : [];
    return { ...none, status, closure, changed, lastAllowed, unusable };
  } catch (error) {
    if (!(error instanceof CueLoopError)) throw error;
    return { ...none, status: "error", lastAllowed, problem: error, unusable };
  }
}

function readableRecord(context: Pick<BaseContext, "env">, root: string): StoredRecord {
  try {
    return readTrustRecord(context, repositoryIdentity(root));
  } catch (error) {
    if (!isCueLoopError(error, "config.trust_record")) throw error;
    const reason = causeChain(error).map((message) => message.replace(/\.$/, ""));
    return { record: null, unusable: reason.join(": ") };
  }
}
