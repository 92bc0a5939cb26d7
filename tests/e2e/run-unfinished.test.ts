import { expect, test } from "bun:test";
import { scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

const RIGHT = { write: "work.txt", text: "right\n" };

function repositoryWith(hook: string, agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  const script = [[RIGHT], [{ write: "two.txt", text: "two\n" }]];
  scriptedAgent(repo, script, {
    agent: { git_publish_mode: "commit", ci_gate: { enabled: true, argv: ["test", "-e", "work.txt"] }, ...agent },
  });
  repo.books([task("RQ-0001", { title: "Write the file" }), task("RQ-0002")]).commit("start");
  return repo.write({ ".git/hooks/pre-commit": `#!/bin/sh\n${hook}\n` });
}

const allow = (repo: Repository) => repo.write({ ".git/hooks/pre-commit": "#!/bin/sh\n" });

/** Does what the error says, line by line. */
async function follow(repo: Repository, said: string): Promise<void> {
  const commands = said.split("\n").filter((line) => line.startsWith("  git "));
  const done = await repo.run(["sh", "-ec", commands.join("\n")]);
  expect(done).toMatchObject({ code: 0 });
}

test("work that a git hook refused is committed by the next start before anything else", async () => {
  using repo = repositoryWith("echo 'not on a Friday' >&2\nexit 1");
  const refused = await repo.cueloop("run", "one");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("git commit -m 'RQ-0001: Write the file'");

  for (const command of [
    ["run", "one"],
    ["run", "loop"],
    ["run", "resume"],
    ["run", "one", "--id", "RQ-0002"],
  ]) {
    const again = await repo.cueloop(...command);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("RQ-0001 is archived, but what belongs to it could not be committed");
    expect(repo.active()).toMatchObject([{ id: "RQ-0002", status: "todo" }]);
  }

  allow(repo);
  const next = await repo.cueloop("run", "one");
  expect(next.code).toBe(0);
  expect(next.stdout).toContain("Finished what an interrupted run left open: RQ-0001 is committed as");
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0002: Task RQ-0002", "RQ-0001: Write the file", "start"]);
  expect(repo.git("show", "--format=", "--name-only", "HEAD")).not.toContain("work.txt");
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
  expect(repo.git("for-each-ref", "refs/cueloop/run/")).toBe("");
});

test("what the error names finishes it by hand", async () => {
  using repo = repositoryWith("exit 1");
  const refused = await repo.cueloop("run", "one");
  allow(repo);
  await follow(repo, refused.stderr);
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0002: Task RQ-0002", "RQ-0001: Write the file", "start"]);
});

test("work that changed after its gate is not committed for it, and not for anything else", async () => {
  using repo = repositoryWith("exit 1");
  expect((await repo.cueloop("run", "one")).code).toBe(1);
  allow(repo);
  repo.write({ "work.txt": "tampered\n" });
  const next = await repo.cueloop("run", "one");
  expect(next.code).toBe(1);
  expect(next.stdout).toContain("`cueloop task diff RQ-0001` shows its work");
  expect(next.stderr).toContain("changed: work.txt".replace("changed", repo.git("ls-files", "work.txt") === "" ? "untracked" : "changed"));
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
  expect(repo.read("work.txt")).toBe("tampered\n");
});

test("another branch is left alone", async () => {
  using repo = repositoryWith("exit 1");
  expect((await repo.cueloop("run", "one")).code).toBe(1);
  allow(repo);
  repo.git("switch", "--quiet", "-c", "other");
  const next = await repo.cueloop("run", "one");
  expect(next.stdout).toContain("nothing was committed for it");
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
});

test("Ctrl-C in a commit hook: the task is archived, and that is what is said", async () => {
  using repo = repositoryWith('touch "$HOME/hooking"\nexec sleep 600');
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("hooking");
  run.kill("SIGINT");
  expect(await run.exited).toBe(1);
  const said = await new Response(run.stderr).text();
  expect(said).toContain("interrupted after RQ-0001 was archived");
  expect(said).not.toContain("doing");
  allow(repo);
  await follow(repo, said);
  expect(repo.git("status", "--porcelain")).toBe("");
  expect((await repo.cueloop("run", "one")).code).toBe(0);
});

test("Ctrl-C while the gate looks at the commit takes commit and archive back", async () => {
  using repo = repositoryWith("", { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } });
  const gate = 'if test -e made.txt; then touch "$HOME/again"; exec sleep 600; fi\necho x > made.txt\n';
  repo.write({ "gate.sh": gate }).commit("gate");
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("again");
  run.kill("SIGINT");
  expect(await run.exited).toBe(1);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["gate", "start"]);
  expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }, { id: "RQ-0002" }]);
  expect(repo.done()).toEqual([]);
  expect(repo.read("work.txt")).toBe("right\n");
  expect(JSON.parse(repo.read(".cueloop/cache/session-state.json"))).toMatchObject({ step: "gate" });
  expect(repo.read(".cueloop/cache/session-state.json")).not.toContain('"commit"');
});

test("the execution history names the tree that was proven in the end", async () => {
  using repo = repositoryWith("", { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } });
  repo.write({ "gate.sh": "test -e made.txt || echo x > made.txt\n" }).commit("gate");
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  const evidence = /gate=passed [^"]*/.exec(repo.read(".cueloop/done.jsonc"))?.[0] ?? "none";
  expect(repo.read(".cueloop/cache/execution_history.json")).toContain(evidence);
});
