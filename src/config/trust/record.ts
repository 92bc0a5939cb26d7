import * as v from "valibot";
import { mapOf } from "../../base/shape.ts";

const Digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 hexadecimal digits"));

/** Content the user has agreed to. */
const DataConsent = v.looseObject({
  digest: Digest,
  /** RFC 3339. */
  decided_at: v.string(),
  via: v.picklist(["prompt", "flag", "scaffold", "first_use"]),
  cueloop_version: v.string(),
  /** Gated values by key; secrets as hashes. */
  values: mapOf(v.unknown()),
  files: v.array(v.looseObject({ path: v.string(), sha256: v.string() })),
});
export type DataConsent = v.InferOutput<typeof DataConsent>;

/** What the user said about one state of executable configuration. */
const CodeDecision = v.looseObject({
  digest: Digest,
  decision: v.picklist(["allow", "deny"]),
  /** RFC 3339. */
  decided_at: v.string(),
  via: v.picklist(["prompt", "flag", "scaffold"]),
  cueloop_version: v.string(),
  /** Paths relative to the git top level; hashes hexadecimal. */
  files: v.array(v.looseObject({ path: v.string(), sha256: v.string(), bytes: v.number() })),
});
export type CodeDecision = v.InferOutput<typeof CodeDecision>;

/** What a user decided about one repository; kept outside its tree, where neither a commit nor an agent's edit reaches it. */
export const TrustRecord = v.looseObject({
  version: v.literal(1),
  repo: v.looseObject({ root: v.string(), git_common_dir: v.nullable(v.string()) }),
  /** About executable configuration, newest first. */
  decisions: v.array(CodeDecision),
  /** Newest first. */
  data: v.array(DataConsent),
});
export type TrustRecord = v.InferOutput<typeof TrustRecord>;

/** So many contents stay allowed, so that switching branches back and forth does not ask again. */
const KEPT = 20;

/** The record with one more consent, newest first; an older one for the same content goes. */
export function withConsent(record: TrustRecord, consent: DataConsent): TrustRecord {
  const others = record.data.filter((known) => known.digest !== consent.digest);
  return { ...record, data: [consent, ...others].slice(0, KEPT) };
}

/** The record with one more decision about code, newest first; an older one about the same digest goes, and no denial is forgotten. */
export function withDecision(record: TrustRecord, decision: CodeDecision): TrustRecord {
  const others = [decision, ...record.decisions.filter((known) => known.digest !== decision.digest)];
  const allows = others.filter((known) => known.decision === "allow").slice(0, KEPT);
  return { ...record, decisions: others.filter((known) => known.decision === "deny" || allows.includes(known)) };
}

/** The record without any consent; denials stay. */
export function withoutConsents(record: TrustRecord): TrustRecord {
  return { ...record, data: [], decisions: record.decisions.filter((known) => known.decision === "deny") };
}
