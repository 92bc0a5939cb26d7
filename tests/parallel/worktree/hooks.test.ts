import { expect, test } from "bun:test";
import { warnOfMissingHooks } from "../../../src/parallel/worktree/hooks.ts";
import { place } from "../../support/worktrees.ts";

test.each([
  [null, 0],
  ["ignored/hooks", 1],
  [".githooks", 0],
  ["/opt/hooks", 0],
])("core.hooksPath %p: %p warnings", async (directory, count) => {
  using at = await place();
  if (directory !== null) at.repo.git("config", "core.hooksPath", directory);
  await warnOfMissingHooks(at.ctx);
  expect(at.warnings.length).toBe(count);
});
