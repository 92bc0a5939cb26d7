import { formatTimestamp } from "../../base/clock.ts";
import type { BaseContext } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import { readLayer } from "../layers/read.ts";
import { projectConfigPath } from "../paths.ts";
import { splitLayer } from "./gated.ts";
import { consentTo, type Judgement, judgeTrust } from "./judge.ts";
import type { DataConsent } from "./record.ts";
import { outsideEntries } from "./surroundings.ts";
import { readTrustFile, trustFilePath, writeTrustFile } from "./trust-file.ts";

/** What a person is about to trust. */
export interface TrustReview {
  readonly root: string;
  /** Null when the project's configuration cannot be read. */
  readonly judgement: Judgement | null;
  /** Why it cannot be read; null when it can. */
  readonly problem: CueLoopError | null;
}

export interface TrustInitResult {
  readonly status: "created" | "updated" | "unchanged";
  /** Absolute path of the trust file. */
  readonly path: string;
  /** Whether the present content is allowed from now on. */
  readonly recorded: boolean;
}

/** Reads what the trust of a repository would be given for; writes nothing. */
export async function reviewTrust(context: BaseContext, root: string): Promise<TrustReview> {
  try {
    const project = readLayer(projectConfigPath(root), "project");
    const gated = project === null ? [] : splitLayer(project.layer, outsideEntries(root, context.env)).gated;
    return { root, judgement: await judgeTrust(context, root, gated, "refuse_on_failure"), problem: null };
  } catch (error) {
    if (!(error instanceof CueLoopError) || !(error.code === "config.layer" || error.code === "config.version")) throw error;
    return { root, judgement: null, problem: error };
  }
}

/**
 * Writes the yes, and with `via` records that the reviewed content is what it is for.
 * @param via how the person said so; null: not at all, then the first run records the content
 */
export async function initialiseTrust(context: BaseContext, review: TrustReview, via: DataConsent["via"] | null): Promise<TrustInitResult> {
  const path = trustFilePath(review.root);
  const before = readTrustFile(review.root);
  const unchanged = before?.allowed === true && before.trustedAt !== null;
  if (!unchanged) writeTrustFile(review.root, formatTimestamp(context.clock.now()));
  const records = via !== null && review.judgement !== null && review.judgement.state.digest !== null;
  if (records) await consentTo(context, review.root, review.judgement.content, via);
  return { status: unchanged ? "unchanged" : before === null ? "created" : "updated", path, recorded: records };
}

/** Throws `config.trust_digest` when the content is not the one a script reviewed. */
export function requireDigest(review: TrustReview, digest: string): void {
  if (review.problem !== null) throw review.problem;
  const present = review.judgement?.state.digest ?? null;
  if (present === digest) return;
  throw new CueLoopError("config.trust_digest", {
    message:
      present === null
        ? "Nothing in this repository needs trust, so there is no digest to compare."
        : `The settings that need trust have the digest ${present}, not ${digest}.`,
    hint: present === null ? "Leave --digest out." : "Read them again; they changed since the digest was taken.",
  });
}
