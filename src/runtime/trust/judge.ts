import type { BaseContext } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import { codeFilePath, hasCodeFile } from "../../config/code-file.ts";
import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { readTrustRecord } from "../../config/trust/store.ts";
import { readClosure } from "../closure/read.ts";
import { type CodeState, codeStatus, fileChanges } from "./state.ts";

/**
 * Reads a repository's executable configuration, running nothing of it, and finds what its user decided about it.
 * @param pinned the digest this process was told to allow, `sha256:…`; null: none
 * @throws CueLoopError `config.trust_record` for a damaged record of decisions
 */
export async function judgeCode(context: Pick<BaseContext, "env">, root: string, pinned: string | null): Promise<CodeState> {
  const path = codeFilePath(root);
  const none = { path, closure: null, changed: [], lastAllowed: null, problem: null, unusable: null };
  if (!hasCodeFile(root)) return { ...none, status: "absent" };
  const { record, unusable } = readTrustRecord(context, repositoryIdentity(root));
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
