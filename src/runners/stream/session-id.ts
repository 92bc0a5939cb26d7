const LONGEST = 512;

/** A session id as far as its form tells: no blanks, no control characters, not longer than 512 bytes. */
export function isSessionId(id: string): boolean {
  return id !== "" && !/[\s\p{Cc}]/u.test(id) && Buffer.byteLength(id) <= LONGEST;
}

/** The canonical form of a UUID, any version, any case. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
