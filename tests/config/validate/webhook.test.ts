import { describe, expect, test } from "bun:test";
import { DEFAULTS } from "../../../src/config/defaults.ts";
import { isPrivateHost, webhookProblem } from "../../../src/config/validate/webhook.ts";

const path = ["agent", "webhook"];
const enabled = { ...DEFAULTS.agent.webhook, enabled: true };

describe("an enabled webhook", () => {
  test.each([
    [null, "required"],
    ["  ", "required"],
    ["/hook", "absolute URL"],
    ["hooks.example.org/x", "absolute URL"],
    ["ftp://example.org/x", "scheme ftp"],
    ["http://example.org/x", "scheme http"],
    ["https://localhost/x", "this machine"],
    ["https://127.0.0.1:9/x", "this machine"],
    ["https://2130706433/x", "this machine"],
    ["https://169.254.169.254/latest", "this machine"],
    ["https://[::1]/x", "this machine"],
    ["https://metadata.google.internal/x", "this machine"],
  ])("with the address %p is refused", (url, text) => {
    const problem = webhookProblem({ ...enabled, url }, path);
    expect(problem?.path).toEqual([...path, "url"]);
    expect(problem?.text).toContain(text);
  });

  test.each([
    ["https://hooks.example.org/x", {}],
    ["https://10.0.0.5/x", {}],
    ["https://192.168.1.2/x", {}],
    ["http://example.org/x", { allow_insecure_http: true }],
    ["https://localhost/x", { allow_private_targets: true }],
    ["http://127.0.0.1/x", { allow_insecure_http: true, allow_private_targets: true }],
  ])("with the address %s and %o is fine", (url, more) => {
    expect(webhookProblem({ ...enabled, ...more, url }, path)).toBeNull();
  });
});

test("the address of a webhook that is off is not looked at", () => {
  expect(webhookProblem({ ...DEFAULTS.agent.webhook, url: "nonsense" }, path)).toBeNull();
  expect(webhookProblem({ ...DEFAULTS.agent.webhook, enabled: false, url: "http://localhost" }, path)).toBeNull();
});

test("a message never repeats the address, which may hold a token", () => {
  const problem = webhookProblem({ ...enabled, url: "http://example.org/T0KEN" }, path);
  expect(JSON.stringify(problem)).not.toContain("T0KEN");
});

test.each([
  ["localhost", true],
  ["LOCALHOST.", true],
  ["api.localhost", true],
  ["127.8.0.1", true],
  ["0.0.0.0", true],
  ["169.254.0.1", true],
  ["[::]", true],
  ["[fe80::1]", true],
  ["[febf::1]", true],
  ["[::ffff:7f00:1]", true],
  ["[::ffff:a9fe:1]", true],
  ["[::ffff:a00:1]", false],
  ["[fec0::1]", false],
  ["[2001:db8::1]", false],
  ["172.16.0.1", false],
  ["127.0.0.1.example.org", false],
  ["notlocalhost", false],
])("the host %s is this machine or its link: %p", (host, expected) => {
  expect(isPrivateHost(host)).toBe(expected);
});
