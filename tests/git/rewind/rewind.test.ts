import { afterAll, expect, test } from "bun:test";
import { lstatSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../../src/base/errors.ts";
import { commandsFor, type KeptWork, type RewindRequest, rewind } from "../../../src/git/rewind/rewind.ts";
import { captureTree, indexTree } from "../../../src/git/tree.ts";
import { ENVIRONMENT, removeDirectories, TestRepository } from "../repository.ts";

afterAll(removeDirectories);

async function begin(repository: TestRepository): Promise<RewindRequest> {
  const head = repository.git("rev-list", "-n", "1", "--all");
  return {
    ref: "refs/cueloop/undone/RQ-0001/1",
    message: "RQ-0001: changes that were undone",
    base: (await captureTree(repository.ctx)).tree,
    index: await indexTree(repository.ctx),
    head: head === "" ? null : head,
    exclude: [],
  };
}

const status = (repository: TestRepository) => repository.git("status", "--porcelain", "--untracked-files=all");
const mtime = (repository: TestRepository, path: string) => lstatSync(join(repository.root, path), { bigint: true }).mtimeNs;
const read = (repository: TestRepository, path: string) => readFileSync(join(repository.root, path), "utf8");

function shell(repository: TestRepository, command: string): void {
  const child = Bun.spawnSync(["sh", "-c", command], { cwd: repository.root, env: ENVIRONMENT });
  if (child.exitCode !== 0) throw new Error(child.stderr.toString());
}

function bringBack(kept: KeptWork | null): string {
  const commands = kept === null ? null : commandsFor(kept);
  if (commands === null) throw new Error("nothing was kept");
  return commands.bringBack;
}

test("what changed goes away, what did not is not touched, and the command brings it back", async () => {
  const repository = TestRepository.committed({ "a.txt": "a", "b.txt": "b", "gone.txt": "g" });
  repository.write("b.txt", "the user's");
  repository.write("mine.txt", "untracked");
  const request = await begin(repository);
  const before = status(repository);
  const times = ["b.txt", "mine.txt"].map((path) => mtime(repository, path));
  repository.write("a.txt", "agent");
  repository.write("new/deep.txt", "agent");
  repository.remove("gone.txt");
  repository.git("add", "-A");
  const after = (await captureTree(repository.ctx)).tree;

  const { kept } = await rewind(repository.ctx, request);

  expect(status(repository)).toBe(before);
  expect(["b.txt", "mine.txt"].map((path) => mtime(repository, path))).toEqual(times);
  expect(repository.git("rev-parse", `${request.ref}^{tree}`)).toBe(after);
  shell(repository, bringBack(kept));
  expect((await captureTree(repository.ctx)).tree).toBe(after);
});

test("nothing changed: nothing is kept", async () => {
  const repository = TestRepository.committed({ "a.txt": "a" });
  repository.write("a.txt", "mine");
  expect(await rewind(repository.ctx, await begin(repository))).toEqual({ kept: null, repositories: [], displaced: [] });
  expect(repository.git("for-each-ref", "refs/cueloop")).toBe("");
});

test("a path that was committed meanwhile gets its content at HEAD, and HEAD stays", async () => {
  const repository = TestRepository.committed({ "a.txt": "1", "b.txt": "1", "c.txt": "1" });
  const request = await begin(repository);
  repository.write("a.txt", "2");
  repository.write("new.txt", "2");
  repository.remove("c.txt");
  const head = repository.commitAll("agent");
  repository.write("a.txt", "3");
  repository.write("b.txt", "3");
  repository.remove("new.txt");
  repository.write("c.txt", "3");
  await rewind(repository.ctx, request);
  expect(repository.git("rev-parse", "HEAD")).toBe(head);
  expect(status(repository)).toBe("");
  expect(read(repository, "a.txt")).toBe("2");
  expect(read(repository, "b.txt")).toBe("1");
});

test("a directory that was committed away and replaced by a link is not reached through the link", async () => {
  const repository = TestRepository.committed({ "d/f": "1", "a.txt": "1" });
  const request = await begin(repository);
  const outside = join(repository.root, "../outside");
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "f"), "precious");
  repository.remove("d/f");
  repository.commitAll("agent");
  rmdirSync(join(repository.root, "d"));
  repository.link("d", "../outside");
  repository.write("a.txt", "2");
  await rewind(repository.ctx, request);
  expect(readFileSync(join(outside, "f"), "utf8")).toBe("precious");
  expect(status(repository)).toBe("");
});

test("ignored files stay, whoever changes the rules", async () => {
  const repository = TestRepository.committed({ ".gitignore": ".env\n", "a.txt": "1" });
  repository.write(".env", "SECRET");
  repository.write("mine.txt", "mine");
  const request = await begin(repository);
  const times = [".env", "mine.txt"].map((path) => mtime(repository, path));
  repository.write(".gitignore", "mine.txt\nhidden.txt\n");
  repository.write("hidden.txt", "agent");
  await rewind(repository.ctx, request);
  expect(status(repository)).toBe("?? mine.txt");
  expect(read(repository, ".env")).toBe("SECRET");
  expect([".env", "mine.txt"].map((path) => mtime(repository, path))).toEqual(times);
  expect(repository.git("show", `${request.ref}:hidden.txt`)).toBe("agent");
  expect(repository.git("ls-tree", "-r", "--name-only", request.ref).split("\n")).not.toContain(".env");
});

test("a repository is never removed: in the place of a file it stops everything before the first change", async () => {
  const repository = TestRepository.committed({ lib: "a file", "a.txt": "1" });
  const request = await begin(repository);
  repository.write("a.txt", "2");
  repository.remove("lib");
  mkdirSync(join(repository.root, "lib"));
  shell(repository, "git init -q lib && echo x > lib/x");
  const attempt = rewind(repository.ctx, request);
  expect(attempt).rejects.toMatchObject({ code: "git.rewind_blocked", kept: request.ref });
  await attempt.catch(() => undefined);
  expect(read(repository, "a.txt")).toBe("2");
  expect(read(repository, "lib/x")).toBe("x\n");
});

test("a repository beside the work is left and named", async () => {
  const repository = TestRepository.committed({ "a.txt": "1" });
  const request = await begin(repository);
  repository.write("a.txt", "2");
  shell(repository, "git init -q vendor/lib && echo x > vendor/lib/x");
  const { repositories } = await rewind(repository.ctx, request);
  expect(repositories).toEqual(["vendor/lib/"]);
  expect(read(repository, "vendor/lib/x")).toBe("x\n");
  expect(read(repository, "a.txt")).toBe("1");
});

test("what was only staged is kept too, and a conflict is undone", async () => {
  const repository = TestRepository.committed({ "a.txt": "1", "b.txt": "1" });
  const request = await begin(repository);
  repository.git("checkout", "-q", "-b", "side");
  repository.write("a.txt", "side");
  repository.commitAll("side");
  repository.git("checkout", "-q", "main");
  repository.write("b.txt", "staged");
  repository.git("add", "b.txt");
  repository.write("b.txt", "2");
  await rewind(repository.ctx, request);
  expect(repository.git("show", `${request.ref}^3:b.txt`)).toBe("staged");
  expect(status(repository)).toBe("");

  repository.write("a.txt", "main");
  repository.commitAll("main");
  const again = { ...(await begin(repository)), head: repository.git("rev-parse", "main"), ref: "refs/cueloop/undone/RQ-0001/2" };
  expect(() => repository.git("merge", "side")).toThrow();
  expect(status(repository)).toBe("UU a.txt");
  await rewind(repository.ctx, again);
  expect(status(repository)).toBe("");
});

test("what fails half-way says so, and is finished by doing it again", async () => {
  const repository = TestRepository.committed({ "a.txt": "1", "b.txt": "1" });
  const request = await begin(repository);
  repository.write("a.txt", "2");
  repository.write("new.txt", "2");
  repository.git("add", "--all");
  repository.remove("b.txt");
  const after = (await captureTree(repository.ctx)).tree;
  repository.write(".git/index.lock", "");
  const attempt = rewind(repository.ctx, request);
  expect(attempt).rejects.toMatchObject({ code: "git.rewind_failed", kept: request.ref });
  const failure = await attempt.catch((error: unknown) => error);
  expect(repository.git("rev-parse", `${request.ref}^{tree}`)).toBe(after);

  repository.remove(".git/index.lock");
  const hint = failure instanceof CueLoopError ? (failure.hint ?? "") : "";
  await rewind(repository.ctx, { ...request, ref: "refs/cueloop/undone/RQ-0001/2" });
  expect(status(repository)).toBe("");
  shell(repository, /`(git restore [^`]*)`/.exec(hint)?.[1] ?? "false");
  expect((await captureTree(repository.ctx)).tree).toBe(after);
});

test("before the first commit everything works as well", async () => {
  const repository = TestRepository.init({ "mine.txt": "mine" });
  const request = await begin(repository);
  repository.write("mine.txt", "agent");
  repository.write("new.txt", "agent");
  const after = (await captureTree(repository.ctx)).tree;
  const { kept } = await rewind(repository.ctx, request);
  expect(status(repository)).toBe("?? mine.txt");
  expect(read(repository, "mine.txt")).toBe("mine");
  shell(repository, bringBack(kept));
  expect((await captureTree(repository.ctx)).tree).toBe(after);
});
