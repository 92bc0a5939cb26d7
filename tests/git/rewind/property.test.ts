import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { commandsFor, rewind } from "../../../src/git/rewind/rewind.ts";
import { captureTree, indexTree } from "../../../src/git/tree.ts";
import { ENVIRONMENT, removeDirectories, TestRepository } from "../repository.ts";

afterAll(removeDirectories);

const PATHS = ["a", "b", "a/x", "d/a", "d/b", "d/e/f", "sp ace", "x.log", "d/y.log", ".gitignore"] as const;
type Path = (typeof PATHS)[number];

/** What a `.gitignore` of these edits can name. */
const MAY_BE_IGNORED = /(^|\/)(b|[^/]*\.log)(\/|$)/;

type Edit =
  | { readonly do: "write"; readonly path: Path; readonly text: string; readonly executable: boolean }
  | { readonly do: "link"; readonly path: Path; readonly target: string }
  | { readonly do: "remove" | "add" | "forget"; readonly path: Path }
  | { readonly do: "rename"; readonly path: Path; readonly to: Path }
  | { readonly do: "add all" | "commit" | "unstage" };

const path = fc.constantFrom(...PATHS);
/** Texts of one length too: git must not take a file for unchanged by its size. */
const text = fc.constantFrom("one\n", "two\n", "six\n", "longer\ntext\n", "", "*.log\n", "b\n*.log\n");
const worktreeEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant("write" as const), path, text, executable: fc.boolean() }),
  fc.record({ do: fc.constant("link" as const), path, target: fc.constantFrom("b", "nowhere", "d") }),
  fc.record({ do: fc.constant("remove" as const), path }),
  fc.record({ do: fc.constant("rename" as const), path, to: path }),
);
const stagingEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constantFrom("add" as const, "forget" as const), path }),
  fc.record({ do: fc.constantFrom("add all" as const, "unstage" as const) }),
);
const userEdit = fc.oneof({ weight: 3, arbitrary: worktreeEdit }, { weight: 2, arbitrary: stagingEdit });
const agentEdit = fc.oneof(
  { weight: 6, arbitrary: worktreeEdit },
  { weight: 3, arbitrary: stagingEdit },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("commit" as const) }) },
);

function apply(repository: TestRepository, edit: Edit): void {
  const at = (name: string) => join(repository.root, name);
  try {
    switch (edit.do) {
      case "write":
        makeRoom(repository.root, edit.path);
        writeFileSync(at(edit.path), edit.text);
        chmodSync(at(edit.path), edit.executable ? 0o755 : 0o644);
        return;
      case "link":
        makeRoom(repository.root, edit.path);
        symlinkSync(edit.target, at(edit.path));
        return;
      case "remove":
        rmSync(at(edit.path), { recursive: true, force: true });
        return;
      case "rename":
        makeRoom(repository.root, edit.to);
        renameSync(at(edit.path), at(edit.to));
        return;
      case "add":
        repository.git("add", "--force", "--", edit.path);
        return;
      case "forget":
        repository.git("rm", "-r", "-q", "--cached", "--", edit.path);
        return;
      case "add all":
        repository.git("add", "--all");
        return;
      case "unstage":
        repository.git("reset", "-q");
        return;
      case "commit":
        repository.git("commit", "-q", "--allow-empty", "-m", "agent");
    }
  } catch {
    // An edit that is not possible here is none.
  }
}

function makeRoom(root: string, name: string): void {
  for (let parent = dirname(name); parent !== "."; parent = dirname(parent)) {
    if (lstatSync(join(root, parent), { throwIfNoEntry: false })?.isDirectory() === false) rmSync(join(root, parent));
  }
  rmSync(join(root, name), { recursive: true, force: true });
  mkdirSync(dirname(join(root, name)), { recursive: true });
}

/** Every file and link: what it is, and when it was written. */
function files(root: string, directory = ""): Map<string, { is: string; at: bigint }> {
  const found = new Map<string, { is: string; at: bigint }>();
  for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
    const name = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (name === ".git") continue;
    if (entry.isDirectory()) {
      for (const [key, value] of files(root, name)) found.set(key, value);
      continue;
    }
    const stats = lstatSync(join(root, name), { bigint: true });
    const content = entry.isSymbolicLink() ? readlinkSync(join(root, name)) : readFileSync(join(root, name), "utf8");
    const kind = entry.isSymbolicLink() ? "link" : (stats.mode & 0o100n) === 0n ? "file" : "program";
    found.set(name, { is: `${kind} ${content}`, at: stats.mtimeNs });
  }
  return found;
}

function lines(output: string): string[] {
  return output.split("\n").filter((line) => line !== "");
}

/** Path to what the index, or a tree, says of it. */
function entries(output: string): Map<string, string> {
  return new Map(
    lines(output).map((line) => [
      line.slice(line.indexOf("\t") + 1),
      line.slice(0, line.indexOf("\t")).replace(" blob ", " ").replace(/ 0$/, ""),
    ]),
  );
}

const indexOf = (repository: TestRepository) => entries(repository.git("ls-files", "--stage"));
const treeOf = (repository: TestRepository, tree: string) => entries(repository.git("ls-tree", "-r", tree));

test("whatever a user had and an agent does, the undo gives the one back and keeps the other", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(worktreeEdit, { maxLength: 8 }),
      fc.array(userEdit, { maxLength: 8 }),
      fc.array(agentEdit, { minLength: 1, maxLength: 10 }),
      async (committed, users, agents) => {
        const repository = TestRepository.init({ ".gitignore": "*.log\n", base: "base\n" });
        for (const edit of committed) apply(repository, edit);
        repository.commitAll("start");
        for (const edit of users) apply(repository, edit);
        const [base, index, head] = [
          await captureTree(repository.ctx),
          await indexTree(repository.ctx),
          repository.git("rev-parse", "HEAD"),
        ];
        const [before, indexBefore] = [files(repository.root), indexOf(repository)];
        const known = treeOf(repository, base.tree);
        for (const edit of agents) apply(repository, edit);
        const after = files(repository.root);
        const present = await captureTree(repository.ctx);
        const now = repository.git("rev-parse", "HEAD");
        const committedPaths = new Set(lines(repository.git("diff-tree", "-r", "--no-renames", "--name-only", head, now)));
        const atHead = treeOf(repository, now);
        const taken = [...committedPaths].filter((each) => atHead.has(each));
        const isTaken = (name: string) => taken.some((each) => each.startsWith(`${name}/`) || name.startsWith(`${each}/`));

        const ref = "refs/cueloop/undone/RQ-0001/1";
        const { kept, displaced } = await rewind(repository.ctx, { ref, message: "undone", base: base.tree, index, head, exclude: [] });

        const [restored, indexAfter] = [files(repository.root), indexOf(repository)];
        expect(repository.git("rev-parse", "HEAD")).toBe(now);
        const final = await captureTree(repository.ctx);
        for (const [name, was] of before) {
          if (after.get(name)?.is === was.is) expect([name, restored.get(name)]).toEqual([name, after.get(name)]);
          else if (known.has(name) && !committedPaths.has(name) && !displaced.includes(name))
            expect([name, restored.get(name)?.is]).toEqual([name, was.is]);
        }
        for (const [name, is] of after) {
          const isKept = before.has(name) || committedPaths.has(name);
          // What the earlier rules ignore is not the undo's to remove.
          if (!isKept && restored.has(name)) expect([name, MAY_BE_IGNORED.test(name), restored.get(name)]).toEqual([name, true, is]);
        }
        for (const name of committedPaths) {
          const isAsBefore = after.get(name)?.is === before.get(name)?.is;
          if (!(isAsBefore && after.has(name))) expect([name, treeOf(repository, final.tree).get(name)]).toEqual([name, atHead.get(name)]);
          expect([name, indexAfter.get(name)]).toEqual([name, atHead.get(name)]);
        }
        for (const name of new Set([...indexBefore.keys(), ...indexAfter.keys()])) {
          if (!committedPaths.has(name) && !isTaken(name)) expect([name, indexAfter.get(name)]).toEqual([name, indexBefore.get(name)]);
        }
        const commands = kept === null ? null : commandsFor(kept);
        if (commands === null) return;
        const keptTree = treeOf(repository, ref);
        for (const [name, entry] of treeOf(repository, present.tree)) {
          if (known.has(name) || restored.get(name)?.is !== after.get(name)?.is) expect([name, keptTree.get(name)]).toEqual([name, entry]);
        }
        const child = Bun.spawnSync(["sh", "-c", commands.bringBack], { cwd: repository.root, env: ENVIRONMENT });
        expect(child.stderr.toString()).toBe("");
        const back = files(repository.root);
        for (const [name, { is }] of after) expect([name, back.get(name)?.is]).toEqual([name, is]);
        for (const name of back.keys()) expect([name, after.has(name)]).toEqual([name, true]);
      },
    ),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 20) },
  );
}, 600_000);
