import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { isCueLoopError } from "../../../src/base/errors.ts";
import { checkWorkspaceRoot, workspaceRoot } from "../../../src/parallel/worktree/names.ts";
import { checkAllowlist } from "../../../src/parallel/worktree/seeding/allowlist.ts";
import { type Place, place } from "../../support/worktrees.ts";

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
    return "fine";
  } catch (error) {
    return isCueLoopError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

test.each([
  ["../outside", "fine"],
  ["ignored", "fine"],
  ["ignored/deeper", "fine"],
  [".", "parallel.workspace_root_is_root"],
  ["seen", "parallel.workspace_root_not_ignored"],
])("a workspace root of %s: %s", async (root, expected) => {
  using at = await place();
  expect(await outcome(() => checkWorkspaceRoot(at.ctx, join(at.repo.root, root)))).toStartWith(expected);
});

test("the workspace root is beside the repository unless the configuration says where", async () => {
  using at = await place();
  const { config, env, root } = at.ctx;
  const configured = (text: string) =>
    workspaceRoot({ root, env, config: { ...config, parallel: { ...config.parallel, workspace_root: text } } });
  expect(workspaceRoot(at.ctx)).toBe(join(at.repo.base, ".workspaces/repo/parallel"));
  expect([configured("~/w"), configured("w"), configured("/w")]).toEqual([join(at.repo.home, "w"), at.repo.path("w"), "/w"]);
});

const check = (at: Place, ...entries: string[]) => {
  const ctx = { ...at.ctx, config: { ...at.ctx.config, parallel: { ...at.ctx.config.parallel, ignored_file_allowlist: entries } } };
  return outcome(() => checkAllowlist(ctx, at.repo.path("ignored/workers")));
};

test("an allowlist is tried on the files that are there", async () => {
  using at = await place();
  at.repo.write({ "ignored/a.txt": "a", "ignored/node_modules/b.txt": "b", "ignored/workers/RQ-0001/c.txt": "c" });
  symlinkSync("/etc/hostname", at.repo.path("ignored/out.lnk"));
  expect(await check(at)).toBe("fine");
  expect(await check(at, "ignored/a.txt")).toBe("fine");
  expect(at.warnings).toEqual([]);
  expect(await check(at, "ignored/a.txt", "nothing.txt")).toBe("fine");
  expect(at.warnings).toEqual(['parallel.ignored_file_allowlist[1] ("nothing.txt") matches no ignored file and is skipped.']);
  expect(await check(at, "ignored/*/b.txt")).toContain("ignored/node_modules/b.txt, which is in `node_modules/`");
  expect(await check(at, "ignored/**/c.txt")).toContain("workers' directory");
  expect(await check(at, "ignored/*.lnk")).toContain("leads out of the repository");
});
