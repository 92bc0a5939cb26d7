import { causeChain } from "../../../base/errors.ts";
import { reviewTrust, type TrustReview } from "../../../config/trust/initialise.ts";
import { changeLines, gatedLines } from "../../../config/trust/messages.ts";
import { reviewLines } from "../../../runtime/trust/review.ts";
import type { CodeState } from "../../../runtime/trust/state.ts";
import { codeStateFor } from "../../frame/code-layer.ts";
import type { Session } from "../../frame/session.ts";

/** Both decisions of a repository, as they stand. */
export interface Gates {
  readonly root: string;
  readonly data: TrustReview;
  readonly code: CodeState;
}

/** Reads what both decisions are about; writes nothing and runs nothing. */
export async function readGates(session: Session, root: string): Promise<Gates> {
  return { root, data: await reviewTrust(session.context, root), code: await codeStateFor(session, root) };
}

/** What the settings' decision is about, for a person. */
export function dataReview({ data }: Gates): readonly string[] {
  if (data.problem !== null) return [`The configuration cannot be read: ${causeChain(data.problem).join(": ")}`];
  const state = data.judgement?.state;
  if (state === undefined || state.digest === null) return ["No setting of this repository needs trust."];
  const files = data.judgement?.content.files ?? [];
  return [
    `Settings that need trust: ${state.status}${state.tracked ? ", because git tracks the trust file" : ""}`,
    `digest ${state.digest}`,
    ...gatedLines(state.gated),
    ...files.map(({ path, sha256 }) => `  ${path}: sha256:${sha256}`),
    ...(state.changes.length === 0 ? [] : ["Changed since you trusted them:", ...changeLines(state.changes)]),
  ];
}

/** What the code's decision is about, for a person. */
export function codeReview(session: Session, { root, code }: Gates): readonly string[] {
  return reviewLines(session.context, root, code);
}

/** Whether there is something to decide about the settings. */
export function isDataOpen({ data }: Gates): boolean {
  const status = data.judgement?.state.status;
  return status === "untrusted" || status === "changed";
}

/** Whether there is something to decide about the code. */
export function isCodeOpen({ code }: Gates): boolean {
  return code.closure !== null && code.status !== "trusted";
}
