import { join } from "node:path";

/** Where a repository's claims on tasks are, below its common git directory. */
export function claimsDirectory(common: string): string {
  return join(common, "cueloop", "claims");
}

/** The file of a task's claim. */
export function claimPath(common: string, taskId: string): string {
  return join(claimsDirectory(common), fileName(claimKey(taskId)));
}

/** The file of the claim on a target branch. */
export function targetPath(common: string, branch: string): string {
  return join(common, "cueloop", "targets", fileName(branch));
}

/** The task a file is the claim of; null for every other file. */
export function claimedTask(name: string): string | null {
  if (name.includes(".")) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** The id under which claims are kept: two spellings of one id share it. */
export function claimKey(taskId: string): string {
  const [prefix = "", ...rest] = taskId.trim().split("-");
  return [prefix.trim().toUpperCase(), ...rest].map((part) => part.trim()).join("-");
}

/** A name without slashes and dots, whatever the text holds: an id's prefix may be any text, and a dot is left for the names of files beside it. */
function fileName(text: string): string {
  return encodeURIComponent(text).replaceAll(".", "%2E");
}
