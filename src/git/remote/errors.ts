import { CueLoopError } from "../../base/errors.ts";

export type PushErrorClass = "no_upstream" | "auth" | "failed";

const REJECTED = ["non-fast-forward", "non fast-forward", "fetch first", "rejected", "updates were rejected"];
const NO_UPSTREAM = ["no upstream", "set-upstream", "set the remote as upstream"];
const AUTH = [
  "permission denied",
  "authentication failed",
  "access denied",
  "could not read from remote repository",
  "repository not found",
  "could not read username",
];

/**
 * Whether the remote has commits that the branch lacks, so that a rebase may help. A remote that
 * refuses by rule (`[remote rejected]`: a hook, a protected branch) will refuse again, unless only
 * its ref was locked by another push at that moment.
 */
export function wasRejected(stderr: string): boolean {
  const lines = stderr.toLowerCase().split("\n");
  const refusedByRule = lines.some((line) => line.includes("[remote rejected]") && !/cannot lock ref|failed to update ref/.test(line));
  return !refusedByRule && lines.some((line) => REJECTED.some((text) => line.includes(text)));
}

/** Classifies what `git push` or `git fetch` printed. */
export function classifyPushError(stderr: string): PushErrorClass {
  const text = stderr.toLowerCase();
  if (NO_UPSTREAM.some((sign) => text.includes(sign))) return "no_upstream";
  if (text.includes("@{u}") && (text.includes("ambiguous argument") || text.includes("unknown revision"))) return "no_upstream";
  return AUTH.some((sign) => text.includes(sign)) ? "auth" : "failed";
}

/** The error for a failing push (`branch` null: for its fetch); `stderr` is already redacted. */
export function pushError(stderr: string, branch: string | null, attempts: number, cause?: unknown): CueLoopError {
  const what = branch === null ? "Fetching before the push" : `Pushing ${branch}`;
  const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
  const message = `${what} failed${tries}; the commit is kept locally.\n${stderr}`.trim();
  const details = cause === undefined ? { message } : { message, cause };
  switch (classifyPushError(stderr)) {
    case "no_upstream":
      return new CueLoopError("git.push_no_upstream", {
        ...details,
        hint: `Set an upstream: \`git push --set-upstream origin ${branch ?? "<branch>"}\`.`,
      });
    case "auth":
      return new CueLoopError("git.push_auth", {
        ...details,
        hint: "Check the remote's address (`git remote -v`) and your credentials for it, then `git push`.",
      });
    case "failed":
      return new CueLoopError("git.push_failed", { ...details, hint: "Push by hand with `git push` to see why." });
  }
}
