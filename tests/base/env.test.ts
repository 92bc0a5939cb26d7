import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { addDotenv, loadDotenv } from "../../src/base/dotenv.ts";
import { childEnvironment } from "../../src/base/env.ts";

test("a child gets our environment without what is meant for Bun, and the extra variables on top", () => {
  const env = {
    PATH: "/bin",
    UNSET: undefined,
    BUN_BE_BUN: "1",
    BUN_OPTIONS: "--preload x",
    BUN_INSPECT: "1",
    BUN_INSPECT_CONNECT_TO: "x",
    BUN_INSTALL: "/opt",
    A: "1",
  };
  expect(childEnvironment(env, { A: "2", B: "3" })).toEqual({ PATH: "/bin", BUN_INSTALL: "/opt", A: "2", B: "3" });
});

const dollar = "$";

describe("the lines of a .env file", () => {
  test.each<[text: string, added: Record<string, string>]>([
    ["", {}],
    ["\n \n# only a comment\n   # another", {}],
    ["A=1", { A: "1" }],
    ["A=1\nB=2\n", { A: "1", B: "2" }],
    ["A=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["\uFEFFA=1", { A: "1" }],
    ["  export A = 1 # comment", { A: "1" }],
    ["export=1", { export: "1" }],
    ["A=", { A: "" }],
    ["A=\nB=2", { A: "", B: "2" }],
    ["A= # comment", { A: "" }],
    ["A=a#b", { A: "a#b" }],
    ["A='a $B \\n # b' # c", { A: "a $B \\n # b" }],
    ['A="a \\"b\\" \\$C \\n # d"', { A: 'a "b" $C \n # d' }],
    ['A="one\ntwo"\nB=2', { A: "one\ntwo", B: "2" }],
    ["A='one\n\n# two'\nB=2", { A: "one\n\n# two", B: "2" }],
    [`A=a" b "'${dollar}c'd`, { A: "a b $cd" }],
    ["A=a\\ b", { A: "a b" }],
    [`A=1\nB=${dollar}A/x\nC="${dollar}{A}2${dollar}B"`, { A: "1", B: "1/x", C: "121/x" }],
    [`A=${dollar}SET-${dollar}UNSET-${dollar}{UNSET}`, { A: "before--" }],
    [`A=5${dollar} B`, {}],
    [`A="5${dollar}"`, { A: "5$" }],
    ["SET=after", {}],
    [`SET=after\nA=${dollar}SET`, { A: "before" }],
    ["A=1\nA=2", { A: "1" }],
    ["A.b_1=x", { "A.b_1": "x" }],
    ["A=#x", { A: "#x" }],
    [`A=${dollar}constructor`, { A: "" }],
    ["constructor=x", { constructor: "x" }],
  ])("%j adds %j", (text, added) => {
    expect(addDotenv({ SET: "before" }, text).env).toEqual({ SET: "before", ...added });
  });

  test.each<[text: string, line: number, says: RegExp]>([
    ["A=1\nnonsense\nB=2", 2, /NAME=value/],
    ["A=1\n1B=2", 2, /NAME=value/],
    ["A=1\n\n# x\nB=secret word", 4, /in quotes/],
    ["A=1\nB='secret\n\n", 2, /not closed/],
    ['A=1\nB="secret', 2, /not closed/],
    ["A=1\nB=C:\\dir", 2, /backslash/],
    ["A=1\nB=a\0b", 2, /NUL/],
  ])("%j is read up to line %d, and the message gives no value away", (text, line, says) => {
    const { env, problem } = addDotenv({}, text);
    expect(env).toEqual({ A: "1" });
    expect(problem?.line).toBe(line);
    expect(problem?.reason).toMatch(says);
    expect(problem?.reason).not.toMatch(/secret/);
  });

  test("any value comes back from double quotes with its escapes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        fc.pre(!/[\0\r]/.test(value));
        expect(addDotenv({}, `A="${value.replace(/[\\"$]/g, "\\$&")}"`).env).toEqual({ A: value });
      }),
    );
  });
});

describe("where a .env file is looked for", () => {
  const inPlace = (action: (base: string) => void) => () => {
    const base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-env-")));
    try {
      mkdirSync(join(base, "repo/sub/deep"), { recursive: true });
      action(base);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  };

  test(
    "the nearest one counts, and only that one",
    inPlace((base) => {
      writeFileSync(join(base, "repo/.env"), "A=near");
      writeFileSync(join(base, ".env"), "A=far\nB=far");
      const found = loadDotenv({}, join(base, "repo/sub/deep"), { root: join(base, "repo"), trusted: true });
      expect(found).toEqual({ env: { A: "near" }, file: join(base, "repo/.env"), withheld: false, problem: null });
    }),
  );

  test.each([".env", "sub/.env"])("%s of a repository that is not trusted is not read", (name) =>
    inPlace((base) => {
      writeFileSync(join(base, "repo", name), "A=evil");
      writeFileSync(join(base, ".env"), "A=mine");
      const found = loadDotenv({ B: "1" }, join(base, "repo/sub/deep"), { root: join(base, "repo"), trusted: false });
      expect(found).toEqual({ env: { B: "1" }, file: join(base, "repo", name), withheld: true, problem: null });
    })(),
  );

  test(
    "a link into the repository does not make it trusted",
    inPlace((base) => {
      writeFileSync(join(base, "repo/sub/.env"), "A=evil");
      symlinkSync(join(base, "repo/sub"), join(base, "link"));
      expect(loadDotenv({}, join(base, "link"), { root: join(base, "repo"), trusted: false }).withheld).toBe(true);
    }),
  );

  test.each([true, false])("one above the root is the person's own (trusted: %p)", (trusted) =>
    inPlace((base) => {
      writeFileSync(join(base, ".env"), "A=mine");
      expect(loadDotenv({}, join(base, "repo/sub"), { root: join(base, "repo"), trusted }).env).toEqual({ A: "mine" });
    })(),
  );

  test(
    "a neighbour whose name begins like the repository's is not in it",
    inPlace((base) => {
      mkdirSync(join(base, "repo-2"));
      writeFileSync(join(base, "repo-2/.env"), "A=mine");
      expect(loadDotenv({}, join(base, "repo-2"), { root: join(base, "repo"), trusted: false }).env).toEqual({ A: "mine" });
    }),
  );

  test(
    "what is no file is passed by, and .env.local is never read",
    inPlace((base) => {
      mkdirSync(join(base, "repo/.env"));
      writeFileSync(join(base, "repo/.env.local"), "A=local");
      writeFileSync(join(base, ".env"), "A=mine");
      expect(loadDotenv({}, join(base, "repo"), { root: null, trusted: false }).env).toEqual({ A: "mine" });
    }),
  );

  test(
    "a bad line is named with its file, and what stands before it counts",
    inPlace((base) => {
      writeFileSync(join(base, "repo/.env"), "A=1\noops\nB=2");
      const found = loadDotenv({}, join(base, "repo"), { root: null, trusted: true });
      expect(found.env).toEqual({ A: "1" });
      expect(found.problem).toStartWith(`${join(base, "repo/.env")}:2: `);
    }),
  );
});
