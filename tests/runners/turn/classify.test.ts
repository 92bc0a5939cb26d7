import { expect, test } from "bun:test";
import { classifyFailure, type ReportedError } from "../../../src/runners/turn/classify.ts";

const RATE = ["retryable", "rate_limit"] as const;
const DOWN = ["retryable", "temporarily_unavailable"] as const;
const AUTH = ["needs_user", "authentication"] as const;
const SETUP = ["needs_user", "setup"] as const;
const FATAL = ["permanent", "fatal_exit"] as const;

test.each([
  ["HTTP 429", RATE],
  ["Rate limit reached", RATE],
  ["RateLimitError: slow down", RATE],
  ["rate_limit_exceeded", RATE],
  ["Too Many Requests", RATE],
  ["Quota exceeded for today", RATE],
  ["request throttled", RATE],
  ["You’ve hit your usage limit.", RATE],
  ["exceeded retry limit, last status: 429 Too Many Requests", RATE],
  ["503", DOWN],
  ["Service Unavailable", DOWN],
  ["temporarily unavailable", DOWN],
  ["NetworkError when attempting to fetch", DOWN],
  ["agent_busy", DOWN],
  ['{"is_retryable":true}', DOWN],
  ["Gateway Timeout", DOWN],
  ["502 Bad Gateway", DOWN],
  ["upstream answered 504.", DOWN],
  ['{"status":503}', DOWN],
  ["status=503", DOWN],
  ["We’re currently experiencing high demand, which may cause temporary errors.", DOWN],
  ["connect ECONNREFUSED 127.0.0.1:4000", DOWN],
  ["unexpected status 401 Unauthorized: invalid key", AUTH],
  ["AuthenticationError", AUTH],
  ["API_KEY_NOT_FOUND", AUTH],
  ["Invalid API key · Fix external API key", AUTH],
  ["CURSOR_API_KEY is not set", AUTH],
  ["Not logged in · Please run /login", AUTH],
  ["authentication failed", AUTH],
  ["Failed to authenticate", AUTH],
  ["Access denied", AUTH],
  ["\u001b[91m401\u001b[0m", AUTH],
  ["--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons", SETUP],
  ["Gemini CLI is not running in a trusted directory.", SETUP],
  ["429 while the key is invalid: 401 unauthorized", RATE],
  ["something else broke", FATAL],
  ["", FATAL],
  ["at run (/w/shop/src/main.ts:503:12)", FATAL],
  ["src/a.ts:429", FATAL],
  ["thread 01a1fd7d-b66f-4290-a429-401f9d9f37d5", FATAL],
  ["thread 01a1fd7d-429-503", FATAL],
  ["14290 tokens, 5030 of them cached", FATAL],
  ["version 1.429.0", FATAL],
  ["#401", FATAL],
] as const)("stderr %p", (stderr, expected) => {
  const found = classifyFailure([], stderr);
  expect([found.class, found.reason]).toEqual([...expected]);
});

test.each([
  ["a status field decides", { text: "odd", status: 429 }, RATE],
  ["over the text", { text: "429 too many requests", status: 401 }, AUTH],
  ["forbidden", { text: "no", status: 403 }, AUTH],
  ["a server's failure", { text: "boom", status: 500 }, DOWN],
  ["overloaded", { text: "boom", status: 529 }, DOWN],
  ["a timeout of the server", { text: "boom", status: 408 }, DOWN],
  ["a bad request stays one", { text: "503 service unavailable", status: 400 }, FATAL],
  ["what the agent says about trying again", { text: "boom", retryable: true }, DOWN],
  ["not to try again leaves it to the text", { text: "401", retryable: false }, AUTH],
  ["no fields", { text: "rate limit" }, RATE],
] satisfies [string, ReportedError, readonly string[]][])("the last error: %s", (_name, error, expected) => {
  const found = classifyFailure([error], "");
  expect([found.class, found.reason]).toEqual([...expected]);
});

test("the last error speaks before earlier ones and before stderr", () => {
  expect(classifyFailure([{ text: "429" }, { text: "401" }], "503").reason).toBe("authentication");
  expect(classifyFailure([{ text: "429" }, { text: "gave up" }], "").reason).toBe("rate_limit");
  expect(classifyFailure([{ text: "gave up" }], "503").reason).toBe("temporarily_unavailable");
});
