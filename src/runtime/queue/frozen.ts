/** Freezes plain data all the way down, in place, and gives it back. */
export function frozen<T>(value: T): T {
  freeze(value);
  return value;
}

/** A copy of plain data that shares nothing with it and cannot be changed. */
export function frozenCopy<T>(value: T): T {
  return frozen(structuredClone(value));
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}
