import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError } from "../../../src/base/errors.ts";
import { setUpWorktree } from "../../../src/parallel/worktree/seeding/set-up.ts";
import { type Place, place } from "../../support/worktrees.ts";

async function setUp(at: Place, path: string, setup: readonly string[] | null): Promise<string> {
  const { config } = at.ctx;
  try {
    await setUpWorktree({ ...at.ctx, config: { ...config, parallel: { ...config.parallel, setup } } }, { path, taskId: "RQ-0001" });
    return "";
  } catch (error) {
    return isCueLoopError(error, "parallel.setup_failed") ? error.message : String(error);
  }
}

test("the program runs in the worktree, without a shell and without git's variables of the coordinator", async () => {
  using at = await place();
  const { path } = await at.create("RQ-0001");
  const ctx = { ...at.ctx, env: { ...at.ctx.env, GIT_DIR: "/elsewhere" } };
  using there = { ...at, ctx, [Symbol.dispose]() {} };
  expect(
    await setUp(there, path, ["sh", "-c", 'test -z "$GIT_DIR" && git rev-parse HEAD > made && test "$CUELOOP_TASK_ID" = RQ-0001']),
  ).toBe("");
  expect(existsSync(join(path, "made"))).toBe(true);
  expect(await setUp(at, path, ["touch", "a; touch b"])).toBe("");
  expect(existsSync(join(path, "a; touch b"))).toBe(true);
});

test.each([
  ["its exit code and what it said", ["sh", "-c", "echo no network >&2; exit 3"], ["exit code 3", "no network"]],
  ["that it is missing", ["cueloop-no-such-program"], ["was not found"]],
] as const)("a failure tells %s", async (_name, argv, parts) => {
  using at = await place();
  const message = await setUp(at, at.repo.root, argv);
  for (const part of parts) expect(message).toContain(part);
});

test("nothing is run where nothing is set", async () => {
  using at = await place();
  expect([await setUp(at, "/no/such/place", null), await setUp(at, "/no/such/place", [])]).toEqual(["", ""]);
});
