import type { GitResult } from "../run.ts";

/** What became of a push. Reasons are git's own lines, not redacted. */
export type PushVerdict =
  | { readonly kind: "pushed" }
  /** Somebody else was faster: to be tried again on top of what is there now. */
  | { readonly kind: "race"; readonly reason: string }
  /** It will be refused again: a hook, a protected branch, credentials, a repository that is not there. */
  | { readonly kind: "rejected"; readonly reason: string }
  /** The remote could not be reached, or broke off. */
  | { readonly kind: "network"; readonly reason: string };

const RACE = /\[rejected\] \((fetch first|non-fast-forward|stale info)\)/;
/** The remote's ref was changed, or locked, by another push at that moment. */
const REMOTE_RACE = /\[remote rejected\] .*(cannot lock ref|failed to update ref|incorrect old value|reference already exists)/i;
const BROKE_OFF = /\[remote failure\]/;

const CLIENT_ERROR = /returned error: 4\d\d/i;
const NETWORK = [
  /could not resolve (host|proxy|hostname)/i,
  /name or service not known|temporary failure in name resolution|nodename nor servname/i,
  /connection (refused|reset|timed out|closed|aborted)/i,
  /operation timed out|timed out after|network is (unreachable|down)|no route to host|host is down/i,
  /failed to connect|couldn't connect|early eof|rpc failed|unexpected disconnect|remote end hung up|broken pipe/i,
  /returned error: 5\d\d|returned error: 429/i,
  /ssl_(read|connect|error)|gnutls_handshake|kex_exchange_identification/i,
];
/** Another git has the ref at this moment, one that outlives a run that was killed for example. */
const LOCKED = /cannot lock ref|unable to create '[^']*\.lock'/i;
const REFUSED = /permission denied|authentication failed|access denied|could not read (username|password)|host key verification failed/i;

/** Judges what `git push --porcelain` printed. */
export function judgePush(result: GitResult): PushVerdict {
  if (result.code === 0) return { kind: "pushed" };
  const line = result.stdout.split("\n").find((candidate) => candidate.startsWith("!\t"));
  if (line === undefined) return { kind: judgeTransport(result.stderr), reason: shortened(result.stderr) };
  const summary = line.split("\t")[2] ?? line;
  if (RACE.test(summary) || REMOTE_RACE.test(summary)) return { kind: "race", reason: summary };
  if (BROKE_OFF.test(summary)) return { kind: "network", reason: summary };
  const remarks = result.stderr.split("\n").filter((text) => text.startsWith("remote:") && text.slice("remote:".length).trim() !== "");
  return { kind: "rejected", reason: [summary, ...remarks].join("\n").trim() };
}

/** Whether trying again later can help, by what a fetch or a push without any answer of the remote's printed. */
export function judgeTransport(stderr: string): "network" | "rejected" {
  if (/returned error: 429/i.test(stderr) || LOCKED.test(stderr)) return "network";
  if (CLIENT_ERROR.test(stderr) || REFUSED.test(stderr)) return "rejected";
  return NETWORK.some((pattern) => pattern.test(stderr)) ? "network" : "rejected";
}

function shortened(text: string): string {
  return text.trim().slice(-2000) || "git said nothing";
}
