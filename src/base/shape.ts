import * as v from "valibot";

type Absent = null | undefined;
type AbsentKeys<T> = { [K in keyof T]-?: null extends T[K] ? K : undefined extends T[K] ? K : never }[keyof T];

/** `T` without unset values: what may be null or undefined becomes an optional key. */
export type Compact<T> = { [K in Exclude<keyof T, AbsentKeys<T>>]: T[K] } & { [K in AbsentKeys<T>]?: Exclude<T[K], Absent> };

/** Read-only all the way down. */
export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

/** The same keys in the same order, those with null or undefined left out. */
export function compact<T extends object>(value: T): Compact<T>;
export function compact(value: object): object {
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== null && item !== undefined) kept[key] = item;
  return kept;
}

/** True for what `{…}` parses to: neither null nor an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a value is in the words of JSON: `null`, `array`, `object`, `string`, `number` or `boolean`. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Unlike valibot's own objects it refuses arrays, and it says so in the same words. */
const plainObject = () => ({
  ...v.custom<Record<string, unknown>>(isPlainObject, (issue) => `expected object, found ${kindOf(issue.input)}`),
  expects: "Object" as const,
});

/** An object with these keys and no others; it refuses arrays, and null equals absent in its nullish keys. */
export function record<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(plainObject(), v.strictObject(entries), v.transform(compact));
}

/** The same where null is a value of its own. */
export function recordWithNull<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(plainObject(), v.strictObject(entries));
}

/** An object as a map from any name to values of one schema; it refuses arrays. */
export function mapOf<Schema extends v.GenericSchema>(value: Schema) {
  return v.pipe(plainObject(), v.record(v.string(), value));
}

/** True for what `for await` takes. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
