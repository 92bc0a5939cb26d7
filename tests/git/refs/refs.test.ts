import { afterAll, expect, test } from "bun:test";
import { deleteRef, deleteRefsBelow, listRefs, readRef, updateRef } from "../../../src/git/refs/refs.ts";
import { removeDirectories, TestRepository } from "../repository.ts";

afterAll(removeDirectories);

test("a ref outside refs/heads may name a tree, and goes again", async () => {
  const { ctx, ...repository } = TestRepository.committed({ "a.txt": "a" });
  expect(repository.root).toBe(ctx.root);
  const real = new TestRepository(ctx.root);
  const tree = real.git("rev-parse", "HEAD^{tree}");
  await updateRef(ctx, "refs/cueloop/run/1/base", tree);
  expect(await readRef(ctx, "refs/cueloop/run/1/base")).toBe(tree);
  await deleteRef(ctx, "refs/cueloop/run/1/base");
  expect(await readRef(ctx, "refs/cueloop/run/1/base")).toBeNull();
  await deleteRef(ctx, "refs/cueloop/run/1/base");
});

test("an expected value that does not hold changes nothing", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  const first = repository.git("rev-parse", "HEAD");
  const second = repository.commitAll("second");
  await updateRef(repository.ctx, "refs/cueloop/x", first, { expected: null });
  expect(updateRef(repository.ctx, "refs/cueloop/x", second, { expected: null })).rejects.toThrow("update-ref");
  expect(updateRef(repository.ctx, "refs/cueloop/x", second, { expected: second })).rejects.toThrow("update-ref");
  expect(deleteRef(repository.ctx, "refs/cueloop/x", second)).rejects.toThrow("update-ref");
  expect(await readRef(repository.ctx, "refs/cueloop/x")).toBe(first);
  await updateRef(repository.ctx, "refs/cueloop/x", second, { expected: first });
  expect(await readRef(repository.ctx, "refs/cueloop/x")).toBe(second);
});

test("refs are listed by whole path components, and deleted together", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  const head = repository.git("rev-parse", "HEAD");
  for (const name of ["task/RQ-1/base", "task/RQ-1/result", "task/RQ-10/base"])
    await updateRef(repository.ctx, `refs/cueloop/${name}`, head);
  const names = async (prefix: string) => (await listRefs(repository.ctx, prefix)).map((ref) => ref.name);
  expect(await names("refs/cueloop/task/RQ-1")).toEqual(["refs/cueloop/task/RQ-1/base", "refs/cueloop/task/RQ-1/result"]);
  expect(await names("refs/cueloop/none")).toEqual([]);
  expect(await deleteRefsBelow(repository.ctx, "refs/cueloop/task/RQ-1/")).toEqual([
    "refs/cueloop/task/RQ-1/base",
    "refs/cueloop/task/RQ-1/result",
  ]);
  expect(await names("refs/cueloop/")).toEqual(["refs/cueloop/task/RQ-10/base"]);
  expect(await deleteRefsBelow(repository.ctx, "refs/cueloop/none")).toEqual([]);
});
