const LONGEST = 512;

/** The canonical form of a UUID, any version, any case. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A session id as far as its form tells: no blanks, no control characters, not longer than 512 bytes. */
export function isSessionId(id: string): boolean {
  return id !== "" && !/[\s\p{Cc}]/u.test(id) && Buffer.byteLength(id) <= LONGEST;
}

/** The same for ids that have a form of their own. */
export function sessionIdTest(pattern: RegExp | undefined): (id: string) => boolean {
  if (pattern === undefined) return isSessionId;
  // With these flags a pattern would remember where it last matched.
  const form = new RegExp(pattern, pattern.flags.replace(/[gy]/g, ""));
  return (id) => isSessionId(id) && form.test(id);
}
