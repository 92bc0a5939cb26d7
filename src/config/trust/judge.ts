import { formatTimestamp } from "../../base/clock.ts";
import type { BaseContext } from "../../base/context.ts";
import { version } from "../../version.ts";
import { contentChanges, contentDigest } from "./digest.ts";
import type { DataConsent } from "./record.ts";
import { type RepositoryIdentity, repositoryIdentity } from "./repository-key.ts";
import { type GatedContent, type GatedValue, type TrustState, trustStatus } from "./state.ts";
import { readConsents, recordConsent, type StoredConsents } from "./store.ts";
import { pluginFiles, promptVariables } from "./surroundings.ts";
import { readTrustFile, trustFilePath } from "./trust-file.ts";

/** Whether git is asked if it tracks the trust file, and what a failing git means. */
export type AskGit = "never" | "refuse_on_failure" | "fail";

/** A repository's trust with what it was judged from. */
export interface Judgement {
  readonly state: TrustState;
  readonly content: GatedContent;
  readonly consents: StoredConsents;
}

/**
 * Judges the trust of a repository whose project layer holds these gated values. Throws for a
 * malformed trust file, and with `askGit: "fail"` also when git cannot answer.
 */
export async function judgeTrust(context: BaseContext, root: string, values: readonly GatedValue[], askGit: AskGit): Promise<Judgement> {
  const decision = readTrustFile(root);
  const content: GatedContent = { values: [...values, ...promptVariables(root)], files: pluginFiles(root) };
  const digest = content.values.length + content.files.length === 0 ? null : contentDigest(content);
  const base = { file: trustFilePath(root), digest, gated: content.values, changes: [] };
  if (decision?.allowed !== true || (digest === null && askGit !== "fail")) {
    const consent = decision?.allowed === true;
    const state: TrustState = { ...base, status: trustStatus({ consent, digest, recorded: [] }), consent, tracked: false };
    return { state, content, consents: { data: [], unusable: null } };
  }
  const identity = repositoryIdentity(root);
  const consents = readConsents(context, identity);
  const tracked = await trackedByGit(context, root, identity, askGit);
  const consent = tracked === false;
  const status = trustStatus({ consent, digest, recorded: consents.data.map((known) => known.digest) });
  const state: TrustState = { ...base, status, consent, tracked: tracked === true, changes: changesOf(status, consents, content) };
  return { state, content, consents };
}

/** Records that the content may be used from now on. `via`: how the user said so. */
export async function consentTo(context: BaseContext, root: string, content: GatedContent, via: DataConsent["via"]): Promise<void> {
  await recordConsent(context, repositoryIdentity(root), {
    digest: contentDigest(content),
    decided_at: formatTimestamp(context.clock.now()),
    via,
    cueloop_version: version,
    values: Object.fromEntries(content.values.map(({ key, value }) => [key, value])),
    files: content.files.map((file) => ({ ...file })),
  });
}

function changesOf(status: TrustState["status"], consents: StoredConsents, content: GatedContent): TrustState["changes"] {
  const [newest] = consents.data;
  if (status !== "changed" || newest === undefined) return [];
  const old: GatedContent = { values: Object.entries(newest.values).map(([key, value]) => ({ key, value })), files: newest.files };
  return contentChanges(old, content);
}

/** Null: git could not tell. */
async function trackedByGit(context: BaseContext, root: string, identity: RepositoryIdentity, askGit: AskGit): Promise<boolean | null> {
  if (askGit === "never" || identity.commonDir === null) return false;
  const { isTrustFileTracked } = await import("./tracked.ts");
  try {
    return await isTrustFileTracked(context, root);
  } catch (error) {
    if (askGit === "fail") throw error;
    return null;
  }
}
