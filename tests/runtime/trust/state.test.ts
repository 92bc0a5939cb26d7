import { describe, expect, test } from "bun:test";
import { parse } from "valibot";
import { type CodeDecision, TrustRecord, withDecision, withoutConsents } from "../../../src/config/trust/record.ts";
import { lineDiff } from "../../../src/runtime/trust/line-diff.ts";
import { changeLines, notice, packageOf } from "../../../src/runtime/trust/messages.ts";
import { type CodeState, codeStatus, fileChanges } from "../../../src/runtime/trust/state.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const decided = (letter: string, decision: CodeDecision["decision"]): CodeDecision => ({
  digest: digest(letter),
  decision,
  decided_at: "2026-03-02T08:15:00Z",
  via: "prompt",
  cueloop_version: "1",
  files: [],
});

describe("the status of code", () => {
  test.each([
    ["nothing decided", [], null, "untrusted"],
    ["these bytes allowed", [decided("a", "allow")], null, "trusted"],
    ["these bytes allowed, long ago", [decided("c", "allow"), decided("b", "deny"), decided("a", "allow")], null, "trusted"],
    ["other bytes allowed", [decided("b", "allow")], null, "changed"],
    ["other bytes denied", [decided("b", "deny")], null, "untrusted"],
    ["these bytes denied", [decided("a", "deny")], null, "denied"],
    ["these denied, others allowed", [decided("b", "allow"), decided("a", "deny")], null, "denied"],
    ["this digest allowed for the process", [], digest("a"), "trusted"],
    ["another digest allowed for the process", [], digest("b"), "untrusted"],
  ] as const)("%s", (_, decisions, pinned, status) => {
    expect(codeStatus({ digest: digest("a"), decisions, pinned })).toBe(status);
  });
});

describe("the record", () => {
  const empty = parse(TrustRecord, { version: 1, repo: { root: "/r", git_common_dir: null }, decisions: [], data: [] });
  const many = Array.from({ length: 25 }, (_, index) => decided(index.toString(16).padStart(2, "0").slice(-1), "allow"));

  test("holds a digest once, as it was decided last", () => {
    const record = [decided("a", "allow"), decided("b", "allow"), decided("a", "deny")].reduce(withDecision, empty);
    expect(record.decisions.map(({ digest: of, decision }) => [of[7], decision])).toEqual([
      ["a", "deny"],
      ["b", "allow"],
    ]);
  });

  test("keeps the 20 newest allows and every denial", () => {
    const letters = "0123456789abcdef";
    const wide = many.map((entry, index) => ({ ...entry, digest: `sha256:${letters[index % 16]}${String(index).padStart(63, "0")}` }));
    const record = [decided("d", "deny"), ...wide].reduce(withDecision, empty);
    expect(record.decisions.filter(({ decision }) => decision === "allow").map(({ digest: of }) => of)).toEqual(
      wide
        .map(({ digest: of }) => of)
        .reverse()
        .slice(0, 20),
    );
    expect(record.decisions.at(-1)?.decision).toBe("deny");
  });

  test("without consents, denials stay", () => {
    const record = withoutConsents([decided("a", "allow"), decided("b", "deny")].reduce(withDecision, empty));
    expect([record.data, record.decisions.map(({ decision }) => decision)]).toEqual([[], ["deny"]]);
  });
});

describe("changes", () => {
  const file = (path: string, sha256: string) => ({ path, sha256 });

  test("are told by path", () => {
    const old = [file("a", "1"), file("b", "1"), file("c", "1")];
    expect(fileChanges(old, [file("d", "1"), file("b", "2"), file("a", "1")])).toEqual([
      { path: "b", change: "modified" },
      { path: "c", change: "removed" },
      { path: "d", change: "added" },
    ]);
  });

  test("of packages are one line each", () => {
    const changed = ["a.ts", "node_modules/x/1.js", "node_modules/x/2.js", "sub/node_modules/@s/y/1.js"].map((path) => ({
      path,
      change: "modified" as const,
    }));
    expect(changeLines({ status: "changed", changed })).toEqual(["  modified: a.ts", "  package x: 2 files", "  package @s/y: 1 file"]);
    expect(changeLines({ status: "changed", changed: [] })).toEqual(["  what imports lead to; every file is as it was"]);
    expect(changeLines({ status: "untrusted", changed: [] })).toEqual([]);
    expect(packageOf("node_modules/a/node_modules/b/c.js")).toBe("b");
  });

  test.each([
    ["a\nb\n", "a\nb\n", []],
    ["", "a\n", ["+a"]],
    ["a\n", "", ["-a"]],
    ["1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", [" 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"]],
    ["x\na\nb\nc\nd\ne\nf\ng\nh\ny\n", "X\na\nb\nc\nd\ne\nf\ng\nh\nY\n", ["-x", "+X", " a", " b", " c", "…", " f", " g", " h", "-y", "+Y"]],
  ])("of lines %#", (old, now, lines) => {
    expect(lineDiff(old, now).map((line) => (line === null ? "…" : `${line.sign}${line.text}`))).toEqual(lines);
  });
});

test.each([
  ["absent", null],
  ["trusted", null],
  ["untrusted", "you have not agreed to it"],
  ["changed", "it is not what you agreed to"],
  ["denied", "you denied it"],
] as const)("the notice about code that is %s", (status, says) => {
  const state: CodeState = {
    status,
    path: "/r/cueloop.config.ts",
    closure: null,
    changed: [],
    lastAllowed: null,
    problem: null,
    unusable: null,
  };
  if (says === null) expect(notice(state)).toBeNull();
  else expect(notice(state)).toContain(says);
});
