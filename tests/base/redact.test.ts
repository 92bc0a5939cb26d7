import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createRedactor, isSecretLabel, redactJson } from "../../src/base/redact.ts";

const redact = createRedactor({});
const M = "[REDACTED]";

describe("labels that sound secret", () => {
  test.each([
    "key",
    "KEY",
    "key_",
    "api_key",
    "API-KEY",
    "apikey",
    "PrivateKey",
    "AWS_SECRET_ACCESS_KEY",
    "x-token",
    "token2",
    "my_password",
  ])("%s", (label) => expect(isSecretLabel(label)).toBe(true));
  test.each(["monkey", "tokens", "keyboard", "secretary", "PATH", "2token"])("not %s, where no whole part does", (label) =>
    expect(isSecretLabel(label)).toBe(false),
  );
});

describe("labelled values", () => {
  test.each([
    ["api_key=abc", `api_key=${M}`],
    ["error: api_key=abc", `error: api_key=${M}`],
    ["a: b: token: xyz next", `a: b: token: ${M} next`],
    ["password=abc,def}ghi rest", `password=${M} rest`],
    ["Secret : 'a b c' rest", `Secret : ${M} rest`],
    ['TOKEN="a b" rest', `TOKEN=${M} rest`],
    ['password="open to the end', `password=${M}`],
    ['password="a\\"b" rest', `password=${M} rest`],
    ["token: Bearer abc rest", `token: ${M} rest`],
    ["token=\nnext", `token=${M}\nnext`],
    ["token\n= abc", "token\n= abc"],
    ["https://x.test/?token=abc&page=2 rest", `https://x.test/?token=${M} rest`],
    ['{"api_key": "abc", "b": 1}', `{"api_key": "${M}", "b": 1}`],
    ['{"token":12345,"b":1}', `{"token":"${M}","b":1}`],
    ['{"token":null,"b":1}', '{"token":null,"b":1}'],
    ['{"token":{"api_key":"abc"},"b":1}', `{"token":{"api_key":"${M}"},"b":1}`],
    ['"{\\"api_key\\": \\"abc\\", \\"b\\": 1}"', `"{\\"api_key\\": \\"${M}\\", \\"b\\": 1}"`],
    ['"{\\"api_key\\":123}"', `"{\\"api_key\\":\\"${M}\\"}"`],
    ["monkey=banana", "monkey=banana"],
    ["input_tokens=5", "input_tokens=5"],
  ])("%j becomes %j", (text, expected) => expect(redact(text)).toBe(expected));
});

const KEY_40 = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("shapes", () => {
  test.each([
    ["Authorization: Bearer abc.def-ghi", `Authorization: Bearer ${M}`],
    ['"Authorization":"bearer abc"}', `"Authorization":"bearer ${M}"}`],
    ["xbearer abc", "xbearer abc"],
    ["id AKIAIOSFODNN7EXAMPLE.", `id ${M}.`],
    ["XAKIAIOSFODNN7EXAMPLE", "XAKIAIOSFODNN7EXAMPLE"],
    [`aws ${KEY_40} x`, `aws ${M} x`],
    [`aws=${KEY_40}`, `aws=${M}`],
    [`a${KEY_40}`, `a${KEY_40}`],
    [`commit ${SHA1}`, `commit ${SHA1}`],
    [`sum ${SHA256}`, `sum ${SHA256}`],
    ["src/commands/queue/repairing/reporting/of", "src/commands/queue/repairing/reporting/of"],
    [`key is ${SHA1}`, `key is ${M}`],
    [`the webhook of today: ${SHA256}`, `the webhook of today: ${M}`],
    [`token one two three four ${SHA1}`, `token one two three four ${SHA1}`],
    ["a".repeat(96), M],
    ["a".repeat(95), "a".repeat(95)],
    ["use sk-ant-api03-abcdefghijklmnop", `use ${M}`],
    ["use sk-abcdefghijklmnopqrst", `use ${M}`],
    ["see sk-some-long-file-name", "see sk-some-long-file-name"],
    ["task-0123456789abcdef0123", "task-0123456789abcdef0123"],
    [`ghp_${"a1B2".repeat(9)}`, M],
    [`github_pat_${"a1B2".repeat(9)}`, M],
    ["xoxb-123456789012-abcdef", M],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP", M],
    ["a -----BEGIN KEY-----\nabc\n-----END KEY----- b", `a ${M} b`],
    ["a -----BEGIN KEY-----\nabc", "a -----BEGIN KEY-----\nabc"],
    ["   ", "   "],
    ["", ""],
  ])("%j becomes %j", (text, expected) => expect(redact(text)).toBe(expected));
});

describe("values of the environment", () => {
  const mine = createRedactor({
    MY_TOKEN: "  hunter22  ",
    LONG_TOKEN: "hunter22-and-more",
    PIN_KEY: "12345",
    PATH: "/usr/bin",
    HARMLESS: "visible",
    PEM_SECRET: "line one\nline two",
    PHRASE_PASSWORD: "correct horse battery",
    WORD_SECRET: "password",
    UNSET_TOKEN: undefined,
  });
  test.each([
    ["it was hunter22!", `it was ${M}!`],
    ["it was hunter22-and-more!", `it was ${M}!`],
    ["12345 /usr/bin visible", "12345 /usr/bin visible"],
    ["line one\nline two", M],
    ["line one\\nline two", M],
    ["PHRASE_PASSWORD=correct horse battery", `PHRASE_PASSWORD=${M}`],
    ["password: abc", `${M}: ${M}`],
  ])("%j becomes %j", (text, expected) => expect(mine(text)).toBe(expected));

  test("a variable that is never secret stays, whatever its name says", () => {
    expect(createRedactor({ HOME: "/home/someone", PWD: "/somewhere" })("/home/someone /somewhere")).toBe("/home/someone /somewhere");
  });
});

test("redacting twice changes nothing more", () => {
  const word = fc.constantFrom(
    "token",
    "=",
    ":",
    " ",
    '"',
    "'",
    "\\",
    "bearer ",
    "abc",
    "{",
    "}",
    ",",
    "-----BEGIN",
    "-----END",
    "-----",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const once = redact(words.join(""));
      expect(redact(once)).toBe(once);
    }),
  );
});

test("a JSON document stays one, and a secret in it goes", () => {
  fc.assert(
    fc.property(fc.string(), fc.stringMatching(/^[A-Za-z0-9]{12,20}$/), (other, secret) => {
      const text = JSON.stringify({ api_key: `${other}${secret}x`, list: [{ password: secret }] });
      const redacted = redact(text);
      expect(JSON.parse(redacted)).toEqual({ api_key: M, list: [{ password: M }] });
    }),
  );
});

test("redactJson redacts every text, whatever its depth, and keeps the shape", () => {
  expect(redactJson({ a: ["token=abc", 1, null], key: "short", n: { token: 5 }, t: true }, redact)).toEqual({
    a: [`token=${M}`, 1, null],
    key: M,
    n: { token: 5 },
    t: true,
  });
});

test.each([
  ["one long word", "a".repeat(1_000_000)],
  ["labels without values", "token ".repeat(200_000)],
  ["blocks that never end", "-----BEGIN ".repeat(100_000)],
  ["open quotes", 'token="'.repeat(100_000)],
  ["keys of unknown shape", "sk-eyJ".repeat(200_000)],
  ["slashes", "a/".repeat(500_000)],
])("a megabyte of %s is redacted in no time", (_, text) => {
  const started = performance.now();
  redact(text);
  expect(performance.now() - started).toBeLessThan(3000);
});
