import { describe, expect, test } from "bun:test";
import { canonicalJson, contentChanges, contentDigest } from "../../../src/config/trust/digest.ts";
import { changed, gatedLines, notInForce, untrusted } from "../../../src/config/trust/messages.ts";
import { type DataConsent, withConsent } from "../../../src/config/trust/record.ts";
import { isTrusted, type TrustState, trustStatus } from "../../../src/config/trust/state.ts";
import { gatedTaskRunners, requireTrustedTask } from "../../../src/config/trust/task-runner.ts";
import { errorOf } from "../../support/errors.ts";

test.each([
  ["nothing is gated, no decision", { consent: false, digest: null, recorded: [] }, "none"],
  ["nothing is gated, a yes", { consent: true, digest: null, recorded: ["a"] }, "none"],
  ["no yes", { consent: false, digest: "a", recorded: [] }, "untrusted"],
  ["no yes, although the content was allowed once", { consent: false, digest: "a", recorded: ["a"] }, "untrusted"],
  ["a yes before the first use", { consent: true, digest: "a", recorded: [] }, "trusted"],
  ["a yes for this content", { consent: true, digest: "a", recorded: ["b", "a"] }, "trusted"],
  ["a yes for other content", { consent: true, digest: "a", recorded: ["b"] }, "changed"],
])("with %s", (_name, facts, expected) => {
  expect<string>(trustStatus(facts)).toBe(expected);
});

describe("the digest", () => {
  const content = {
    values: [
      { key: "agent.ci_gate", value: { enabled: true, argv: ["make"] } },
      { key: "agent.pi_bin", value: "pi" },
    ],
    files: [{ path: ".cueloop/plugins/a/plugin.json", sha256: "aa" }],
  };

  test("does not depend on the order of values or keys", () => {
    const other = {
      values: [
        { key: "agent.pi_bin", value: "pi" },
        { key: "agent.ci_gate", value: { argv: ["make"], enabled: true } },
      ],
      files: content.files,
    };
    expect(contentDigest(other)).toBe(contentDigest(content));
    expect(contentDigest(content)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test.each([
    [
      "another value",
      {
        ...content,
        values: [
          { key: "agent.ci_gate", value: { enabled: false, argv: ["make"] } },
          { key: "agent.pi_bin", value: "pi" },
        ],
      },
    ],
    [
      "another order of arguments",
      {
        ...content,
        values: [
          { key: "agent.ci_gate", value: { enabled: true, argv: ["x", "make"] } },
          { key: "agent.pi_bin", value: "pi" },
        ],
      },
    ],
    ["one value less", { ...content, values: content.values.slice(1) }],
    ["another file", { ...content, files: [{ path: ".cueloop/plugins/a/plugin.json", sha256: "ab" }] }],
    ["no file", { ...content, files: [] }],
  ])("is another one for %s", (_name, other) => {
    expect(contentDigest(other)).not.toBe(contentDigest(content));
  });

  test("changes are listed by key with both sides", () => {
    const now = {
      values: [
        { key: "agent.ci_gate", value: { enabled: true, argv: ["rm"] } },
        { key: "x", value: 1 },
      ],
      files: [{ path: content.files[0]?.path ?? "", sha256: "ab" }],
    };
    expect(contentChanges(content, now)).toEqual([
      { key: ".cueloop/plugins/a/plugin.json", old: "sha256:aa", new: "sha256:ab" },
      { key: "agent.ci_gate", old: { enabled: true, argv: ["make"] }, new: { enabled: true, argv: ["rm"] } },
      { key: "agent.pi_bin", old: "pi", new: null },
      { key: "x", old: null, new: 1 },
    ]);
  });

  test("canonical JSON sorts keys at every level", () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  });
});

describe("the record", () => {
  const consent = (digest: string): DataConsent => ({
    digest,
    decided_at: "t",
    via: "prompt",
    cueloop_version: "1",
    values: {},
    files: [],
  });
  const DENIED = {
    digest: `sha256:${"d".repeat(64)}`,
    decision: "deny" as const,
    decided_at: "t",
    via: "prompt" as const,
    cueloop_version: "1",
    files: [],
  };
  const empty = { version: 1 as const, repo: { root: "/r", git_common_dir: null }, decisions: [DENIED], data: [] };

  test("keeps the 20 newest and what others wrote", () => {
    let record: Parameters<typeof withConsent>[0] = empty;
    for (let index = 0; index < 25; index += 1) record = withConsent(record, consent(`d${index}`));
    expect(record.data.map(({ digest }) => digest)).toEqual(Array.from({ length: 20 }, (_, index) => `d${24 - index}`));
    expect(record.decisions).toEqual([DENIED]);
  });

  test("holds a content once, as the newest", () => {
    const record = ["a", "b", "a"].reduce((known, digest) => withConsent(known, consent(digest)), withConsent(empty, consent("c")));
    expect(record.data.map(({ digest }) => digest)).toEqual(["a", "b", "c"]);
  });
});

describe("messages", () => {
  const state: TrustState = {
    status: "untrusted",
    consent: false,
    file: "/r/.cueloop/trust.jsonc",
    tracked: false,
    digest: "sha256:aa",
    gated: [
      { key: "agent.ci_gate", value: { enabled: true } },
      { key: "agent.webhook.secret", value: "sha256:77" },
    ],
    changes: [{ key: "agent.ci_gate", old: null, new: { enabled: true } }],
  };

  test("a refusal names keys, values, the reason and the ways out", () => {
    const error = untrusted(state, "/h/.config/cueloop/config.jsonc");
    expect(error.message).toContain('agent.ci_gate: {"enabled":true}');
    for (const way of ["`cueloop config trust init`", "/h/.config/cueloop/config.jsonc", "/r/.cueloop/trust.jsonc", "untracked"])
      expect(error.hint).toContain(way);
  });

  test("a tracked trust file is named as the reason", () => {
    const error = untrusted({ ...state, tracked: true }, null);
    expect(error.message).toContain("tracked by git");
    expect(error.hint).toContain("git rm --cached");
  });

  test("a change shows old and new and the digest for scripts", () => {
    const error = changed(state);
    expect(error.message).toContain('agent.ci_gate: (absent) -> {"enabled":true}');
    expect(error.hint).toContain("--digest sha256:aa");
  });

  test("secrets are not shown", () => {
    expect(gatedLines(state.gated).join("\n")).toContain("agent.webhook.secret: [REDACTED]");
    expect(untrusted(state, null).message).not.toContain("sha256:77");
  });

  test("what is not in force is one line", () => {
    expect(notInForce(state)).not.toContain("\n");
    expect(notInForce(state)).toContain("agent.ci_gate, agent.webhook.secret");
  });
});

describe("the runner of a task", () => {
  test.each([
    [undefined, {}, []],
    [{}, {}, []],
    [{ runner: "claude", phase_overrides: { phase1: { runner: "codex" } } }, {}, []],
    [{ runner: " CODEX " }, {}, []],
    [{ runner: "Cursor" }, {}, ["agent.runner"]],
    [{ runner: "acme.relay" }, {}, ["agent.runner"]],
    [
      { phase_overrides: { phase1: { runner: "x" }, phase2: {}, phase3: { runner: "cursor" } } },
      {},
      ["agent.phase_overrides.phase1.runner", "agent.phase_overrides.phase3.runner"],
    ],
    [{ runner: "acme" }, { runner: "claude" }, []],
    [{ runner: "acme" }, { runner: " " }, ["agent.runner"]],
    [{ phase_overrides: { phase1: { runner: "acme" } } }, { runner: "claude" }, ["agent.phase_overrides.phase1.runner"]],
    [{ phase_overrides: { phase1: { runner: "acme" } } }, { phases: { 1: { runner: "claude" } } }, []],
  ])("%o with the flags %o needs trust for %o", (agent, flags, keys) => {
    expect(gatedTaskRunners(agent, flags).map(({ key }) => key)).toEqual(keys);
  });

  test("is refused without the repository's trust only", async () => {
    const runners = gatedTaskRunners({ runner: "acme.relay" }, {});
    const error = await errorOf(() => requireTrustedTask({ consent: false, file: "/r/.cueloop/trust.jsonc" }, "RQ-0001", runners));
    expect(error.code).toBe("config.untrusted_task");
    expect(error.message).toContain("RQ-0001");
    expect(error.message).toContain("agent.runner: acme.relay");
    expect(() => requireTrustedTask({ consent: true, file: "" }, "RQ-0001", runners)).not.toThrow();
    expect(() => requireTrustedTask({ consent: false, file: "" }, "RQ-0001", [])).not.toThrow();
  });
});

test.each([
  [{ consent: true, status: "none" }, true],
  [{ consent: true, status: "trusted" }, true],
  [{ consent: true, status: "changed" }, false],
  [{ consent: false, status: "none" }, false],
  [{ consent: false, status: "untrusted" }, false],
] as const)("files of a repository in state %o are used: %p", (trust, used) => {
  expect(isTrusted(trust)).toBe(used);
});
