import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { agentCalls, scriptedAgent, writeScript } from "../support/agent.ts";
import { steadyText } from "../support/interrupted.ts";
import { Repository, task } from "../support/repository.ts";

const WORK = { write: "work.txt", text: "work\n" };
const SIGNALS = ["KILL", "TERM", "INT"] as const;

setDefaultTimeout(30_000);

let repo = new Repository();
afterEach(() => repo[Symbol.dispose]());

function prepare(agent: Readonly<Record<string, unknown>> = {}): void {
  repo = new Repository();
  scriptedAgent(repo, [[WORK]], {
    agent: { git_publish_mode: "commit_and_push", ci_gate: { enabled: true, argv: ["./gate.sh"] }, ...agent },
  });
  repo.write({ "gate.sh": '#!/bin/sh\necho x >> "$HOME/gated"\ntest ! -e "$HOME/broken"\n' });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  repo.git("init", "--quiet", "--bare", join(repo.base, "remote"));
  repo.git("remote", "add", "origin", join(repo.base, "remote"));
  repo.git("push", "--quiet", "--set-upstream", "origin", "main");
}

/** A git hook that once ends the run it belongs to. */
function hookThatEnds(hook: string, signal: string): void {
  const rest = signal === "KILL" ? "exit 1" : "exec sleep 600";
  repo.write({
    [`.git/hooks/${hook}`]: `#!/bin/sh\ntest -e "$HOME/once" && exit 0\ntouch "$HOME/once"\nkill -${signal} "$(sed -n 's/^pid: //p' .cueloop/lock/owner)"\n${rest}\n`,
  });
}

const remoteHead = () => repo.git("ls-remote", "origin", "refs/heads/main").split("\t")[0];

function expectFinished(): void {
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "start"]);
  expect(repo.git("show", "HEAD:work.txt")).toBe("work\n");
  expect(repo.git("status", "--porcelain")).toBe("");
  expect(repo.has(".cueloop/cache/session.jsonc")).toBeFalse();
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
  expect(repo.git("for-each-ref", "refs/cueloop/run/")).toBe("");
  expect(repo.git("rev-parse", "refs/cueloop/task/RQ-0001/result")).toBe(repo.git("rev-parse", "HEAD"));
}

const gated = async () => (await repo.run(["sh", "-c", 'wc -l < "$HOME/gated"'])).stdout.trim();

test.each(["pre-commit", "post-commit", "pre-push"].flatMap((hook) => SIGNALS.map((signal) => [hook, signal] as const)))(
  "ended in %s by SIG%s: the next start finishes it, gated once, and says so",
  async (hook, signal) => {
    prepare();
    hookThatEnds(hook, signal);
    expect((await repo.cueloop("run", "one")).code).not.toBe(0);
    expect(repo.done()).toHaveLength(1);
    writeScript(repo, []);
    const next = await repo.cueloop("run", "resume");
    expect(next).toMatchObject({ code: 0 });
    expectFinished();
    expect(remoteHead()).toBe(repo.git("rev-parse", "HEAD").trim());
    expect([agentCalls(repo), await gated()]).toEqual([[], "1"]);
    if (signal === "TERM") expect(steadyText(next.stdout, repo)).toMatchSnapshot(hook);
  },
);

/** As a run leaves it that is ended between the gate and the archive. */
async function endedBeforeArchive(): Promise<void> {
  hookThatEnds("pre-commit", "KILL");
  await repo.cueloop("run", "one");
  const state = JSON.parse(repo.read(".cueloop/cache/session-state.json"));
  repo.books([state.task_doing.task]);
  repo.write({ ".cueloop/cache/session-state.json": JSON.stringify({ ...state, step: "archive" }) });
  writeScript(repo, []);
}

test.each(["one", "loop", "resume"])("ended before the archive: run %s archives and commits it without a question", async (command) => {
  prepare();
  await endedBeforeArchive();
  const next = await repo.cueloop("run", command);
  expect(next.code).toBe(0);
  expect(next.stdout).toContain("Finished what an interrupted run left open: RQ-0001 is archived and committed as");
  expectFinished();
  expect([agentCalls(repo), await gated()]).toEqual([[], "1"]);
});

test("ended before the archive with publishing off: archived, nothing committed", async () => {
  prepare();
  await endedBeforeArchive();
  const { message: _message, ...state } = JSON.parse(repo.read(".cueloop/cache/session-state.json"));
  repo.write({ ".cueloop/cache/session-state.json": JSON.stringify(state) });
  const next = await repo.cueloop("run", "one");
  expect(next.code).toBe(0);
  expect(next.stdout).toContain("Finished what an interrupted run left open: RQ-0001 is archived.");
  expect(repo.done()).toMatchObject([{ status: "done" }]);
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
  expect(repo.has(".cueloop/cache/session-state.json")).toBeFalse();
});

test("ended before the archive, and the tree was changed: it is gated again before it counts", async () => {
  prepare();
  await endedBeforeArchive();
  repo.write({ "work.txt": "better\n" });
  const refused = await repo.cueloop("run", "one");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("Resume: RQ-0001 was interrupted");
  expect(repo.done()).toEqual([]);
  const next = await repo.cueloop("run", "resume");
  expect([next.code, await gated(), agentCalls(repo)]).toEqual([0, "2", []]);
  expect(repo.git("show", "HEAD:work.txt")).toBe("better\n");
});

test("the older program removed the session of the archived task: the sidecar alone is enough", async () => {
  prepare();
  hookThatEnds("pre-commit", "KILL");
  await repo.cueloop("run", "one");
  await repo.run(["rm", ".cueloop/cache/session.jsonc"]);
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expectFinished();
});

test("a push that fails again is a warning: the commit exists", async () => {
  prepare();
  hookThatEnds("pre-push", "KILL");
  await repo.cueloop("run", "one");
  repo.git("remote", "set-url", "origin", join(repo.base, "nowhere"));
  const next = await repo.cueloop("run", "one");
  expect(next.code).toBe(0);
  expect(next.stdout).toContain("RQ-0001 is committed, but it could not be pushed");
  expectFinished();
});

test("a commit that a hook changed is gated once more; where that fails, it is taken back and the task goes on", async () => {
  prepare();
  hookThatEnds("post-commit", "KILL");
  repo.write({ ".git/hooks/pre-commit": "#!/bin/sh\necho more > more.txt && git add more.txt\n" });
  await repo.cueloop("run", "one");
  await repo.run(["touch", join(repo.home, "broken")]);
  writeScript(repo, [[{ run: 'rm "$HOME/broken"' }]]);
  const next = await repo.cueloop("run", "resume");
  expect(next.code).toBe(0);
  expect(next.stdout).toContain("the commit was taken back");
  expect(agentCalls(repo)).toHaveLength(1);
  expectFinished();
  expect(repo.git("show", "HEAD:more.txt")).toBe("more\n");
});
