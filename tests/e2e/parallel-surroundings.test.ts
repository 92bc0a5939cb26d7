import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { statuses } from "../support/books.ts";
import { leftBehind } from "../support/left-behind.ts";
import { needsMount } from "../support/needs.ts";
import { executable, Repository } from "../support/repository.ts";
import { Team } from "../support/team.ts";

const ONE = { "RQ-0001": {} };
const TWO = { "RQ-0001": {}, "RQ-0002": {} };

test.each([true, false])(
  "somebody else pushes while results are brought in: nothing of theirs is lost (books tracked: %p)",
  async (tracked) => {
    using repo = new Team(TWO, { tracked, publish: "commit_and_push" });
    repo.git("clone", "--quiet", repo.remote, join(repo.base, "theirs"));
    // The other one pushes after the gate has seen the work, when the coordinator is about to.
    repo.write({
      ".git/hooks/pre-push": `#!/bin/sh
n=$(($(cat "$HOME/pushes" 2> /dev/null || echo 0) + 1)); echo $n > "$HOME/pushes"
test $n -le 2 || exit 0
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; cd ${repo.base}/theirs
git pull --quiet --rebase && echo $n > theirs-$n.txt && git add theirs-$n.txt
git -c user.name=Bo -c user.email=bo@example.invalid commit --quiet -m "theirs $n" && git push --quiet --no-verify
`,
    });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
    for (const file of ["RQ-0001.txt", "RQ-0002.txt", "theirs-1.txt", "theirs-2.txt"])
      expect([file, repo.on("main", file)]).not.toContain(null);
    expect(repo.git("ls-remote", "origin", "main").slice(0, 40)).toBe(repo.git("rev-parse", "main").trim());
    expect(repo.subjects().filter((subject) => subject.startsWith("RQ-"))).toHaveLength(2);
    expect([repo.active(), statuses(repo.done()).toSorted()]).toEqual([[], ["RQ-0001 done", "RQ-0002 done"]]);
    expect(leftBehind(repo, { beside: ["theirs"] })).toEqual([]);
  },
);

test("a remote that refuses: one attempt, the work is kept, and the next run brings it in", async () => {
  using repo = new Team(ONE, { publish: "commit_and_push" });
  const hook = join(repo.remote, "hooks/pre-receive");
  writeFileSync(hook, "#!/bin/sh\necho 'branch is protected' >&2\nexit 1\n", { mode: 0o755 });
  expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 blocked") });
  expect(repo.worker("RQ-0001")).toMatchObject({ lifecycle: "blocked_push", last_error: expect.stringContaining("branch is protected") });
  expect(repo.landed()).toEqual([]);
  rmSync(hook);
  await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001");
  expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 landed on main") });
  expect([repo.landed(), repo.turns("RQ-0001")]).toEqual([["RQ-0001"], 1]);
  expect(leftBehind(repo)).toEqual([]);
});

test("a worktree that is deleted by hand while its worker runs: that task fails, the others go on", async () => {
  using repo = new Team(TWO);
  repo.deeds({ "RQ-0001": "tell began; await deleted", "RQ-0002": "await deleted; echo 2 > RQ-0002.txt" });
  const loop = repo.startLoop(2);
  await repo.appeared("began");
  rmSync(repo.worktree("RQ-0001"), { recursive: true });
  repo.tell("deleted");
  const stdout = await new Response(loop.stdout).text();
  expect([await loop.exited, stdout]).toEqual([0, expect.stringMatching(/Tasks: 1 landed on main, 1 (failed|blocked)\./)]);
  expect(repo.landed()).toEqual(["RQ-0002"]);

  repo.deeds({ "RQ-0001": "echo 1 > RQ-0001.txt" });
  if (repo.worker("RQ-0001")["lifecycle"] === "blocked_push") await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0001");
  expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 1 landed on main.") });
  expect(statuses(repo.done())).toEqual(["RQ-0002 done", "RQ-0001 done"]);
  expect(leftBehind(repo)).toEqual([]);
});

describe("branches that are there already", () => {
  test.each([["night"], ["main"]])("a target that is checked out is refused: %s", async (target) => {
    using repo = new Team(ONE);
    repo.git("worktree", "add", "--quiet", "-b", "night", join(repo.base, "elsewhere"));
    const place = target === "main" ? repo.root : join(repo.base, "elsewhere");
    expect(await repo.loop(1, "--target", target)).toMatchObject({ code: 1, stderr: expect.stringContaining(place) });
    expect([repo.turns("RQ-0001"), statuses(repo.active())]).toEqual([0, ["RQ-0001 todo"]]);
    repo.git("worktree", "remove", join(repo.base, "elsewhere"));
    expect(leftBehind(repo, { branches: ["night"] })).toEqual([]);
  });

  test("a branch `cueloop` leaves no room for `cueloop/…`: the tasks have other branches", async () => {
    using repo = new Team(ONE);
    repo.git("branch", "cueloop");
    repo.deeds({ "RQ-0001": 'git branch --show-current > "$HOME/branch"; echo 1 > RQ-0001.txt' });
    expect(await repo.loop(1)).toMatchObject({ code: 0 });
    expect(readFileSync(join(repo.home, "branch"), "utf8")).toBe("cueloop-work/RQ-0001\n");
    expect(repo.landed()).toEqual(["RQ-0001"]);
    expect(leftBehind(repo, { branches: ["cueloop"] })).toEqual([]);
  });

  test("a task's branch with work of somebody's is not touched, and the others go on", async () => {
    using repo = new Team(TWO);
    repo.git("switch", "--quiet", "--create", "cueloop/RQ-0001");
    repo.write({ "mine.txt": "mine\n" }).commit("mine");
    const mine = repo.git("rev-parse", "HEAD");
    repo.git("switch", "--quiet", "main");
    const { code, stdout } = await repo.loop(2);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main, 1 failed.")]);
    expect(stdout).toMatch(/RQ-0001 Do RQ-0001: failed: .*`cueloop\/RQ-0001`.*exists already\.\n.*git branch -m/);
    expect(stdout).not.toContain("worktree recover");
    expect(repo.git("rev-parse", "cueloop/RQ-0001")).toBe(mine);
    expect(repo.landed()).toEqual(["RQ-0002"]);
    expect(leftBehind(repo, { branches: ["cueloop/RQ-0001"] })).toEqual([]);
  });
});

describe("what is in the repository", () => {
  test("submodules are there for the agent, and stay what they are", async () => {
    using inner = new Repository();
    inner.write({ "inner.txt": "inner\n" }).commit();
    using repo = new Team(TWO, { gate: "test -e module/inner.txt" });
    repo.git("config", "--file", join(repo.home, ".gitconfig"), "protocol.file.allow", "always");
    repo.git("submodule", "--quiet", "add", inner.root, "module");
    repo.commit("with a module");
    repo.deeds({ "RQ-0001": "cp module/inner.txt copy.txt", "RQ-0002": "cat module/inner.txt module/inner.txt > twice.txt" });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
    expect([repo.on("main", "copy.txt"), repo.on("main", "twice.txt")]).toEqual(["inner\n", "inner\ninner\n"]);
    expect(repo.git("submodule", "status")).toMatch(/^ [0-9a-f]{40} module/);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("a sparse checkout: what is left out stays in the tree", async () => {
    using repo = new Team(ONE, { files: { "in/a.txt": "a\n", "out/b.txt": "b\n" } });
    repo.git("sparse-checkout", "set", "in", ".cueloop");
    expect(repo.has("out")).toBe(false);
    repo.deeds({ "RQ-0001": "test ! -e out || exit 9; test -e in/a.txt || exit 9; echo more >> in/a.txt" });
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 1 landed on main.") });
    expect([repo.on("main", "in/a.txt"), repo.on("main", "out/b.txt"), repo.read("in/a.txt")]).toEqual(["a\nmore\n", "b\n", "a\nmore\n"]);
    expect(repo.has("out")).toBe(false);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("`.env` files and what the allowlist names are copied, and get into no commit", async () => {
    using repo = new Team(ONE, {
      config: { parallel: { ignored_file_allowlist: ["local/*.key"] } },
      files: { "local/.gitignore": "*.key\n" },
    });
    repo.write({ ".env": "A=1\n", "sub/.env.local": "B=2\n", "local/a.key": "key\n" });
    repo.deeds({ "RQ-0001": 'cat .env sub/.env.local local/a.key > "$HOME/seen"; echo changed >> .env; echo 1 > RQ-0001.txt' });
    expect(await repo.loop(1)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 landed on main") });
    expect(readFileSync(join(repo.home, "seen"), "utf8")).toBe("A=1\nB=2\nkey\n");
    expect(repo.read(".env")).toBe("A=1\n");
    const subject = repo.git("log", "--format=%H", "--grep=^RQ-0001: ", "main").trim();
    expect(repo.git("show", "--format=", "--name-only", subject)).toBe("RQ-0001.txt\n");
    expect(leftBehind(repo)).toEqual([]);
  });

  test("20,000 files", async () => {
    using repo = new Team({ ...TWO, "RQ-0003": {}, "RQ-0004": {} });
    for (let folder = 0; folder < 200; folder += 1) {
      mkdirSync(repo.path(`many/${folder}`), { recursive: true });
      for (let file = 0; file < 100; file += 1) writeFileSync(repo.path(`many/${folder}/${file}.txt`), `${folder} ${file}\n`);
    }
    repo.commit("many");
    const deed = (n: number) => `echo ${n} > many/${n}/0.txt`;
    repo.deeds({ "RQ-0001": deed(1), "RQ-0002": deed(2), "RQ-0003": deed(3), "RQ-0004": deed(4) });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 4 landed on main.") });
    for (const n of [1, 2, 3, 4]) expect(repo.on("main", `many/${n}/0.txt`)).toBe(`${n}\n`);
    expect(repo.git("ls-files", "many").split("\n")).toHaveLength(20_001);
    expect(leftBehind(repo)).toEqual([]);
  });
});

/** Runs the loop on a disk with so many free pages, then with room as often as it takes. */
async function onDisk(repo: Team, freePages: number) {
  const [disk, result] = [join(repo.base, "disk", String(freePages)), join(repo.base, "result", String(freePages))];
  for (const folder of [disk, result]) mkdirSync(folder, { recursive: true });
  // The mount lives in a namespace of its own and is gone with the shell.
  const script = [
    `mount -t tmpfs -o size=16m tmpfs ${disk} && cp -a ${repo.root} ${disk}/repo && cd ${disk}/repo || exit 99`,
    "dd if=/dev/zero of=../filler bs=4096 2>/dev/null",
    `truncate -s -${freePages * 4096} ../filler`,
    `"${executable}" run loop --parallel 2 > ${result}/out 2>&1; echo $? > ${result}/code`,
    "rm ../filler",
    `for id in RQ-0001 RQ-0002; do "${executable}" run parallel retry --task $id > /dev/null 2>&1; done`,
    `"${executable}" run loop --parallel 2 > ${result}/again 2>&1; echo $? >> ${result}/code`,
    `"${executable}" queue validate > /dev/null 2>> ${result}/again; echo $? >> ${result}/code`,
    `git log --format=%s > ${result}/commits; git status --porcelain > ${result}/left; git worktree list | tail -n +2 >> ${result}/left`,
    `git for-each-ref --format='%(refname)' refs/heads | grep -v '^refs/heads/main$' >> ${result}/left; ls -A .cueloop/lock >> ${result}/left 2> /dev/null`,
    `"${executable}" queue list --include-done > ${result}/list`,
  ];
  const shell = await repo.run(["unshare", "--mount", "sh", "-c", script.join("\n")]);
  if (shell.code === 99) throw new Error(shell.stderr);
  const read = (name: string) => readFileSync(join(result, name), "utf8");
  const [code, again, valid] = read("code").split("\n");
  const works = read("commits")
    .split("\n")
    .filter((subject) => subject.startsWith("RQ-"));
  return { code, again, valid, works: works.toSorted(), left: read("left"), list: read("list"), out: read("out"), said: read("again") };
}

needsMount()("a full disk, wherever it strikes: no work is lost or done twice, and with room again everything lands", async () => {
  using repo = new Team(TWO);
  for (const id of Object.keys(TWO)) repo.deeds({ [id]: `echo ${id} > ${id}.txt && test -s ${id}.txt || exit 1` });
  let troubles = 0;
  for (const free of [0, 14, 40, 70, 110]) {
    for (const id of Object.keys(TWO)) rmSync(join(repo.home, `turns-${id}`), { force: true });
    const run = await onDisk(repo, free);
    const what = `${free} free pages: ${JSON.stringify(run)}`;
    if (!run.out.includes("2 landed on main")) troubles += 1;
    expect(run.out, what).not.toContain("\n    at ");
    expect(run, what).toMatchObject({ again: "0", valid: "0", left: "", works: ["RQ-0001: Do RQ-0001", "RQ-0002: Do RQ-0002"] });
    expect(run.list.match(/\tdone\t/g), what).toHaveLength(2);
  }
  expect(troubles).toBeGreaterThan(2);
  expect(existsSync(repo.worktree("RQ-0001"))).toBe(false);
});
