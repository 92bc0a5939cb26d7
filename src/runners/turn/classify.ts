import { hasPhrase } from "../phrases.ts";
import type { FailureClass, FailureReason } from "./outcome.ts";

/** One error the agent told of as the reason of its failure. */
export interface ReportedError {
  readonly text: string;
  /** HTTP status, where the agent has a field for it. */
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
}

export interface Classification {
  readonly class: FailureClass;
  readonly reason: FailureReason;
}

const PERMANENT: Classification = { class: "permanent", reason: "fatal_exit" };
const RATE_LIMIT: Classification = { class: "retryable", reason: "rate_limit" };
const UNAVAILABLE: Classification = { class: "retryable", reason: "temporarily_unavailable" };
const AUTHENTICATION: Classification = { class: "needs_user", reason: "authentication" };
const SETUP: Classification = { class: "needs_user", reason: "setup" };

/** Tested from top to bottom; numbers count as whole words only. */
const TEXTS: readonly [Classification, readonly string[], readonly number[]][] = [
  [
    RATE_LIMIT,
    ["rate limit", "ratelimiterror", "rate_limit_exceeded", "too many requests", "quota exceeded", "throttled", "hit your usage limit"],
    [429],
  ],
  [
    UNAVAILABLE,
    [
      "service unavailable",
      "temporarily unavailable",
      "networkerror",
      "agent_busy",
      '"is_retryable":true',
      "gateway timeout",
      "bad gateway",
      "overloaded",
      "experiencing high demand",
      "stream disconnected",
      "connection reset",
      "connection refused",
      "econnreset",
      "econnrefused",
      "etimedout",
    ],
    [503, 502, 504, 529],
  ],
  [
    AUTHENTICATION,
    [
      "unauthorized",
      "authenticationerror",
      "api_key_not_found",
      "invalid api key",
      "cursor_api_key",
      "not logged in",
      "authentication failed",
      "failed to authenticate",
      "access denied",
    ],
    [401],
  ],
  [SETUP, ["cannot be used with root/sudo privileges", "not running in a trusted directory", "is not trusted", "untrusted folder"], []],
];

/**
 * What a failed call means for trying again. Fields of the last error decide first, then its text,
 * then the other errors and what the program wrote to standard error. What the agent said or
 * printed otherwise is never looked at: it may quote anything.
 */
export function classifyFailure(errors: readonly ReportedError[], stderr: string): Classification {
  const last = errors.at(-1);
  const byField = last === undefined ? null : classifyFields(last);
  if (byField !== null) return byField;
  const sources = [last?.text ?? "", [...errors.map((error) => error.text), stderr].join("\n")];
  for (const source of sources) {
    const byText = classifyText(source);
    if (byText !== null) return byText;
  }
  return PERMANENT;
}

function classifyFields({ status, retryable }: ReportedError): Classification | null {
  if (status === 429) return RATE_LIMIT;
  if (status === 401 || status === 403) return AUTHENTICATION;
  if (status !== undefined && (status === 408 || status >= 500)) return UNAVAILABLE;
  if (retryable === true) return UNAVAILABLE;
  return status !== undefined && status >= 400 ? PERMANENT : null;
}

function classifyText(text: string): Classification | null {
  if (text.trim() === "") return null;
  const found = TEXTS.find(
    ([, phrases, numbers]) => phrases.some((phrase) => hasPhrase(text, phrase)) || numbers.some((number) => hasNumber(text, number)),
  );
  return found?.[0] ?? null;
}

/** Not inside an id, a path, a version or a place like `main.ts:503:12`; but in `status:503` and `HTTP/1.1 503`. */
function hasNumber(text: string, number: number): boolean {
  const labelled = new RegExp(`\\b(?:status|code|error|http)["']?[:=]["']?${number}(?![\\w])`, "i");
  const word = new RegExp(`(?<![\\w./#=:-])${number}(?![\\w-]|[.:]\\d)`);
  const plain = Bun.stripANSI(text);
  return labelled.test(plain) || word.test(plain);
}
