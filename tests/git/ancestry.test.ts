import { afterAll, expect, test } from "bun:test";
import { isAncestor, isKnownAncestor } from "../../src/git/ancestry.ts";
import { removeDirectories, TestRepository } from "./repository.ts";

afterAll(removeDirectories);

test("what exists is answered alike; what does not is an error, or no ancestor", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  const first = repository.git("rev-parse", "HEAD");
  const second = repository.commitAll("second");
  for (const ask of [isAncestor, isKnownAncestor]) {
    expect([await ask(repository.ctx, first, "HEAD"), await ask(repository.ctx, "HEAD", first)]).toEqual([true, false]);
    expect(await ask(repository.ctx, second, second)).toBe(true);
  }
  for (const [ancestor, commit] of [
    ["0".repeat(39).concat("1"), "HEAD"],
    ["HEAD", "no-such-branch"],
  ] as const) {
    expect(await isKnownAncestor(repository.ctx, ancestor, commit)).toBe(false);
    await expect(isAncestor(repository.ctx, ancestor, commit)).rejects.toThrow("merge-base");
  }
});

test("before the first commit nothing is in HEAD", async () => {
  const { ctx } = TestRepository.init();
  expect(await isKnownAncestor(ctx, "0".repeat(39).concat("1"), "HEAD")).toBe(false);
});
