import * as v from "valibot";
import { CueLoopError } from "./errors.ts";
import type { SourcePlace } from "./json/tolerant.ts";
import type { JsonPath } from "./jsonc.ts";
import { suggest } from "./suggest.ts";

/** A value from outside, with what is known of its place. */
export interface ParseSource {
  readonly value: unknown;
  readonly file: string;
  place?(path: JsonPath): SourcePlace | null;
}

/**
 * Parses a value from outside by its schema.
 * @param what what the value is, for the message: `queue file`
 * @throws CueLoopError `file.invalid` naming file, line, column, key and what is accepted
 */
export function parseValue<const Schema extends v.GenericSchema>(schema: Schema, source: ParseSource, what: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, source.value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = pathOf(issue);
  const list = listForObject(issue);
  if (list !== null) throw invalid(source, what, path.slice(0, -1), { message: `must be an object, found ${shown(list)}` });
  throw invalid(source, what, path, explain(issue, schema));
}

export interface UnknownKey {
  readonly path: JsonPath;
  /** The known key that comes nearest to it. */
  readonly suggestion: string | null;
}

/** A key that a schema does not know, whatever else is wrong; null when it knows them all. */
export function findUnknownKey(schema: v.GenericSchema, value: unknown): UnknownKey | null {
  const { issues } = v.safeParse(schema, value);
  const issue = issues?.find((one) => one.type === "strict_object" && one.expected === "never" && listForObject(one) === null);
  if (issue === undefined) return null;
  const path = pathOf(issue);
  return { path, suggestion: suggest(String(path.at(-1)), acceptedKeys(schema, path.slice(0, -1))) };
}

/** The error for a value that is not what it should be, at a path inside a document. */
export function invalid(
  source: ParseSource,
  what: string,
  path: JsonPath,
  reason: { readonly message: string; readonly hint?: string },
): CueLoopError {
  const place = placeOf(source, path);
  const at = place === null ? source.file : `${source.file}:${place.line}:${place.column}`;
  const inside = formatPath(path);
  return new CueLoopError("file.invalid", {
    message: `${at}: ${inside === "" ? `this ${what}` : `\`${inside}\` in this ${what}`} ${reason.message}.`,
    ...(reason.hint === undefined ? {} : { hint: reason.hint }),
    where: { file: source.file, path: inside, ...(place ?? {}) },
  });
}

/** `tasks[3].tags`: a path as people write it. */
export function formatPath(path: JsonPath): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`)).join("");
}

type Issue = v.BaseIssue<unknown>;

function pathOf(issue: Issue): (string | number)[] {
  return (issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key)));
}

/** To valibot a list is an object without the expected keys; to a reader it is a list. */
function listForObject(issue: Issue): readonly unknown[] | null {
  const last = issue.path?.at(-1);
  return last?.type === "object" && Array.isArray(last.input) ? last.input : null;
}

/** What is wrong, in a form that completes "`tasks[3].tags` in this queue file …". */
function explain(issue: Issue, schema: unknown): { message: string; hint?: string } {
  const last = issue.path?.at(-1);
  if (issue.type === "strict_object" && issue.expected === "never" && last !== undefined)
    return unknownKey(String(last.key), acceptedKeys(schema, pathOf(issue).slice(0, -1)));
  if (issue.type === "strict_object" && issue.received === "undefined") return { message: "is missing" };
  if (issue.input === undefined && last !== undefined) return { message: "is missing" };
  const expected = issue.expected === null ? issue.message : issue.expected;
  if (issue.type === "picklist" || issue.type === "literal") return picked(issue, expected);
  if (issue.type === "custom") return { message: `is not accepted: ${issue.message}` };
  if (issue.kind === "schema" && issue.expected !== null) return { message: `must be ${inWords(expected)}, found ${shown(issue.input)}` };
  return { message: `is not accepted: ${issue.message}; found ${shown(issue.input)}` };
}

function unknownKey(key: string, accepted: readonly string[]): { message: string; hint?: string } {
  const guess = suggest(key, accepted);
  const known = accepted.length === 0 ? "" : ` The accepted keys are ${accepted.join(", ")}.`;
  return { message: "is an unknown key", hint: `${guess === null ? "Remove it." : `Did you mean \`${guess}\`?`}${known}` };
}

/** Keys a schema accepts at a path: the issue of an unknown key does not carry them, so the schema is walked. */
function acceptedKeys(schema: unknown, path: JsonPath): string[] {
  let level: unknown[] = unwrapped(schema);
  for (const step of path) level = level.flatMap((node) => childrenOf(node, step)).flatMap(unwrapped);
  return [...new Set(level.flatMap((node) => Object.keys(objectProperty(node, "entries"))))];
}

/** A schema with everything it wraps: pipes, optionals, the options of a union. */
function unwrapped(schema: unknown): unknown[] {
  const inner = [property(schema, "wrapped"), ...listProperty(schema, "pipe"), ...listProperty(schema, "options")];
  return [schema, ...inner.filter((item) => item !== undefined && item !== schema).flatMap(unwrapped)];
}

function childrenOf(schema: unknown, step: string | number): unknown[] {
  const entry = objectProperty(schema, "entries")[String(step)];
  const member = typeof step === "number" ? property(schema, "item") : property(schema, "value");
  return [entry, member].filter((item) => item !== undefined);
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function objectProperty(value: unknown, key: string): Record<string, unknown> {
  const found = property(value, key);
  return typeof found === "object" && found !== null ? { ...found } : {};
}

function listProperty(value: unknown, key: string): unknown[] {
  const found = property(value, key);
  return Array.isArray(found) ? found : [];
}

function picked(issue: Issue, expected: string): { message: string; hint?: string } {
  const options = expected
    .replace(/^\(|\)$/g, "")
    .split(" | ")
    .map((option) => option.replaceAll('"', ""));
  const guess = typeof issue.input === "string" ? suggest(issue.input, options) : null;
  return {
    message: `must be ${options.length === 1 ? options[0] : `one of ${options.join(", ")}`}, found ${shown(issue.input)}`,
    ...(guess === null ? {} : { hint: `Did you mean \`${guess}\`?` }),
  };
}

function inWords(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "text",
    Object: "an object",
    Array: "a list",
    number: "a number",
    boolean: "true or false",
  };
  return words[expected] ?? expected;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" ? String(value) : textOf(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What code made may be a circle, or hold what JSON has no form for. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Bun.inspect(value, { depth: 1 }).replaceAll(/\s+/g, " ");
  }
}

function placeOf(source: ParseSource, path: JsonPath): SourcePlace | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = source.place?.(path.slice(0, length)) ?? null;
    if (place !== null) return place;
  }
  return null;
}
