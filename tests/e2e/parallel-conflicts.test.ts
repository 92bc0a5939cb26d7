import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { record, statuses } from "../support/books.ts";
import { leftBehind } from "../support/left-behind.ts";
import { type Deeds, Team, type TeamOptions } from "../support/team.ts";

/** The second task begins on the same commit as the first, and ends when that has landed. */
function bothFrom(first: string, second: string, options: TeamOptions & { readonly more?: Deeds } = {}): Team {
  const { more = {}, ...rest } = options;
  const ids = ["RQ-0001", "RQ-0002", ...Object.keys(more)];
  return new Team(Object.fromEntries(ids.map((id) => [id, {}])), {
    ...rest,
    config: { parallel: { max_push_attempts: 3, push_backoff_ms: [0] }, ...rest.config },
  }).deeds({
    "RQ-0001": `await began\n${first}`,
    "RQ-0002": `tell began\ntest $turn != 1 || landed RQ-0001\n${second}`,
    ...more,
  });
}

const FILES = { "shared.txt": "start\n" };
const BOTH = "printf 'one\\ntwo\\n' > shared.txt";

describe("two tasks change the same line", () => {
  test.each([true, false])("the agent of the second resolves it, and both are there (books tracked: %p)", async (tracked) => {
    const second = `if [ $turn = 1 ]; then echo two > shared.txt; else cp shared.txt "$HOME/conflict"; ${BOTH}; fi`;
    using repo = bothFrom("echo one > shared.txt", second, { tracked, files: FILES });
    const { code, stdout } = await repo.loop(2);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
    expect(repo.landed()).toEqual(["RQ-0001", "RQ-0002"]);
    expect(repo.on("main", "shared.txt")).toBe("one\ntwo\n");
    expect(repo.turns("RQ-0002")).toBe(2);
    for (const part of ["shared.txt", "RQ-0001: Do RQ-0001", "Do RQ-0002"]) expect(repo.prompt("RQ-0002", 2)).toContain(part);
    expect(await Bun.file(`${repo.home}/conflict`).text()).toMatch(/^<{7} .*\none\n(\|{7} .*\nstart\n)?={7}\ntwo\n>{7} /);
    expect([repo.active(), statuses(repo.done())]).toEqual([[], ["RQ-0001 done", "RQ-0002 done"]]);
    expect(leftBehind(repo)).toEqual([]);
  });

  test.each([
    ["before it has changed anything", "kill -9 $$"],
    ["with half of it resolved", "echo half > shared.txt; git add shared.txt; kill -9 $$"],
    [
      "after it went on with the rebase itself",
      `${BOTH}; git add shared.txt; GIT_EDITOR=true git rebase --continue > /dev/null; kill -9 $$`,
    ],
  ])("an agent that is killed in the turn that resolves it, %s, is asked again", async (_, deed) => {
    const second = `case $turn in 1) echo two > shared.txt;; 2) ${deed};; *) ${BOTH};; esac`;
    using repo = bothFrom("echo one > shared.txt", second, { files: FILES });
    const { code, stdout } = await repo.loop(2);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
    expect(repo.on("main", "shared.txt")).toBe("one\ntwo\n");
    expect(repo.turns("RQ-0002")).toBeGreaterThanOrEqual(3);
    expect([repo.active(), statuses(repo.done())]).toEqual([[], ["RQ-0001 done", "RQ-0002 done"]]);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("an agent that does not resolve it: the work is kept, the rest goes on, and a remark brings it in", async () => {
    const more = { "RQ-0003": "landed RQ-0001; echo 3 > RQ-0003.txt" };
    using repo = bothFrom("echo one > shared.txt", "test $turn != 1 || echo two > shared.txt", { files: FILES, more });
    const first = await repo.loop(2, "--keep-going");
    expect([first.code, first.stdout]).toEqual([1, expect.stringContaining("Tasks: 2 landed on main, 1 blocked.")]);
    expect(first.stdout).toContain("cueloop run parallel retry --task RQ-0002");
    expect(repo.landed()).toEqual(["RQ-0001", "RQ-0003"]);
    expect(repo.on("main", "shared.txt")).toBe("one\n");
    expect(repo.turns("RQ-0002")).toBe(4);
    expect(repo.worker("RQ-0002")).toMatchObject({
      lifecycle: "blocked_push",
      push_attempts: 3,
      last_error: expect.stringContaining("shared.txt"),
      branch: "cueloop/RQ-0002",
    });
    expect(repo.on("cueloop/RQ-0002", "shared.txt")).toBe("two\n");
    expect(existsSync(repo.worktree("RQ-0002"))).toBe(true);
    expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);

    // Left alone until somebody asks for it.
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Blocked from earlier, and left alone: 1") });
    expect(repo.turns("RQ-0002")).toBe(4);

    expect(await repo.cueloop("run", "parallel", "retry", "--task", "RQ-0002", "-m", "Keep both lines.")).toMatchObject({ code: 0 });
    repo.deeds({ "RQ-0002": BOTH });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 1 landed on main.") });
    expect(repo.prompt("RQ-0002", 5)).toContain("Keep both lines.");
    expect(repo.on("main", "shared.txt")).toBe("one\ntwo\n");
    expect(repo.landed()).toEqual(["RQ-0001", "RQ-0003", "RQ-0002"]);
    expect([repo.active(), statuses(repo.done())]).toEqual([[], ["RQ-0001 done", "RQ-0003 done", "RQ-0002 done"]]);
    expect(leftBehind(repo)).toEqual([]);
  });
});

describe("what only the gate on both together sees", () => {
  const files = { "greet.sh": "greet() { echo hello; }\n", "use-1.sh": ". ./greet.sh; greet\n" };
  const gate = "for use in use-*.sh; do sh -e $use || exit 1; done";
  const rename = "echo 'welcome() { echo hello; }' > greet.sh; echo '. ./greet.sh; welcome' > use-1.sh";

  test("does not get in while it is red", async () => {
    using repo = bothFrom(rename, "echo '. ./greet.sh; greet' > use-2.sh", { files, gate });
    const { code, stdout } = await repo.loop(2);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Tasks: 1 landed on main, 1 blocked.")]);
    expect(repo.landed()).toEqual(["RQ-0001"]);
    expect(repo.on("main", "use-2.sh")).toBeNull();
    expect(await repo.run(["sh", "gate.sh"])).toMatchObject({ code: 0 });
    expect(String(repo.worker("RQ-0002")["last_error"])).toMatch(/gate/i);
    expect(repo.on("cueloop/RQ-0002", "use-2.sh")).toBe(". ./greet.sh; greet\n");
    expect(repo.prompt("RQ-0002", 2)).toContain("greet: not found");
    expect(statuses(repo.active())).toEqual(["RQ-0002 todo"]);
  });

  test.each([
    ["", ""],
    [" (a hook of git's adds to its message)", 'echo "Change-Id: 1" >> "$1"'],
  ])("is repaired by the agent, and gets in green, as one commit%s", async (_, hook) => {
    const second = `echo ". ./greet.sh; $(test $turn = 1 && echo greet || echo welcome)" > use-2.sh`;
    using repo = bothFrom(rename, second, { files, gate });
    if (hook !== "") writeFileSync(join(repo.root, ".git/hooks/commit-msg"), `#!/bin/sh\n${hook}\n`, { mode: 0o755 });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
    expect(repo.on("main", "use-2.sh")).toBe(". ./greet.sh; welcome\n");
    expect(await repo.run(["sh", "gate.sh"])).toMatchObject({ code: 0 });
    expect(repo.turns("RQ-0002")).toBe(2);
    expect(record(repo.done(), "RQ-0002")).toMatchObject({ status: "done" });
    // What failed is in no commit of the target's.
    expect(repo.landed()).toEqual(["RQ-0001", "RQ-0002"]);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("a commit of the agent's own stays as it is, and its repair is a commit of its own", async () => {
    const commit = "git add use-2.sh; git commit --quiet --message 'Use what is there'";
    const second = `echo ". ./greet.sh; $(test $turn = 1 && echo greet || echo welcome)" > use-2.sh; test $turn != 1 || { ${commit}; }`;
    using repo = bothFrom(rename, second, { files, gate });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
    expect(repo.subjects().filter((subject) => !subject.startsWith("cueloop:"))).toEqual([
      "RQ-0001: Do RQ-0001",
      "Use what is there",
      "RQ-0002: Do RQ-0002",
    ]);
  });
});

describe("a file that is moved by one and edited by the other", () => {
  const text = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join("");
  const files = { "old.txt": text };

  test.each([
    ["git mv old.txt new.txt", "sed -i 's/line 7/line seven/' old.txt"],
    ["sed -i 's/line 7/line seven/' old.txt", "git mv old.txt new.txt"],
  ])("is edited at its new place, without the agent (%s first)", async (first, second) => {
    using repo = bothFrom(first, second, { files });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
    expect([repo.on("main", "old.txt"), repo.on("main", "new.txt")]).toEqual([null, text.replace("line 7\n", "line seven\n")]);
    expect(repo.turns("RQ-0002")).toBe(1);
    expect(leftBehind(repo)).toEqual([]);
  });

  test("that was deleted: the agent decides", async () => {
    const second = `if [ $turn = 1 ]; then echo more >> old.txt; else rm old.txt; echo more > rest.txt; fi`;
    using repo = bothFrom("rm old.txt", second, { files });
    expect(await repo.loop(2)).toMatchObject({ code: 0, stdout: expect.stringContaining("Tasks: 2 landed on main.") });
    expect([repo.on("main", "old.txt"), repo.on("main", "rest.txt")]).toEqual([null, "more\n"]);
    expect(repo.prompt("RQ-0002", 2)).toContain("old.txt");
    expect(leftBehind(repo)).toEqual([]);
  });
});
