import { sha256 } from "../../base/files.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { GatedChange, GatedContent } from "./state.ts";

/** `sha256:…` over the gated content; the order of values, files and object keys does not matter. */
export function contentDigest(content: GatedContent): string {
  const values = content.values.map(({ key, value }) => `value ${JSON.stringify(key)} ${canonicalJson(value)}`).sort();
  const files = content.files.map(({ path, sha256: hash }) => `file ${JSON.stringify(path)} ${hash}`).sort();
  return `sha256:${sha256(["cueloop-data-trust 1", ...values, ...files, ""].join("\n"))}`;
}

/** JSON with the keys of every object sorted. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isPlainObject(value)) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

/** What differs from the content trust was given for, sorted by key; files by their hashes. */
export function contentChanges(old: GatedContent, now: GatedContent): readonly GatedChange[] {
  const [before, after] = [asMap(old), asMap(now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((key) => ({ key, old: before.get(key) ?? null, new: after.get(key) ?? null }))
    .filter((change) => canonicalJson(change.old) !== canonicalJson(change.new));
}

function asMap(content: GatedContent): Map<string, unknown> {
  const values = content.values.map(({ key, value }): [string, unknown] => [key, value]);
  const files = content.files.map(({ path, sha256: hash }): [string, unknown] => [path, `sha256:${hash}`]);
  return new Map([...values, ...files]);
}
