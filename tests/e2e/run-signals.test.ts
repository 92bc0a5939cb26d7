import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scriptedAgent, writeScript } from "../support/agent.ts";
import { isAlive } from "../support/leftovers.ts";
import { executable, Repository, task } from "../support/repository.ts";

function repositoryWith(script: Parameters<typeof scriptedAgent>[1], agent: Readonly<Record<string, unknown>> = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit", ...agent } });
  repo.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  return repo;
}

const pidIn = (repo: Repository, name: string) => Number(readFileSync(join(repo.home, name), "utf8"));

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s while the agent works: agent ended, lock free, task and session kept",
  async (signal) => {
    using repo = repositoryWith([[{ write: "work.txt", text: "half\n" }, { hang: "hanging" }]]);
    const run = repo.start([executable, "run", "one"]);
    await repo.appeared("hanging");
    const agent = pidIn(repo, "hanging");

    run.kill(signal);

    expect(await run.exited).toBe(1);
    expect(await new Response(run.stderr).text()).toContain("interrupted");
    expect(isAlive(agent)).toBeFalse();
    expect(repo.has(".cueloop/lock")).toBeFalse();
    expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
    expect(repo.read("work.txt")).toBe("half\n");
    expect(JSON.parse(repo.read(".cueloop/cache/session.jsonc"))).toMatchObject({ version: 1, task_id: "RQ-0001", current_phase: 2 });

    writeScript(repo, [[{ write: "work.txt", text: "whole\n" }]]);
    expect((await repo.cueloop("run", "resume")).code).toBe(0);
    expect(repo.git("show", "HEAD:work.txt")).toBe("whole\n");
  },
);

test.each(["SIGINT", "SIGTERM"] as const)("%s while the gate runs: gate ended, nothing archived", async (signal) => {
  using repo = repositoryWith([[{ write: "work.txt", text: "x\n" }]], { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } });
  repo.write({ "gate.sh": 'echo $$ > "$HOME/gating.new" && mv "$HOME/gating.new" "$HOME/gating"\nexec sleep 600\n' }).commit("gate");
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("gating");
  const gate = pidIn(repo, "gating");

  run.kill(signal);

  expect(await run.exited).toBe(1);
  expect(isAlive(gate)).toBeFalse();
  expect(repo.has(".cueloop/lock")).toBeFalse();
  expect(repo.active()).toMatchObject([{ status: "doing" }]);
  expect(repo.done()).toEqual([]);
});

test("a second Ctrl-C does not wait for an agent that ignores the first", async () => {
  using repo = repositoryWith([
    [{ run: 'trap \'\' INT; echo $$ > "$HOME/stubborn.new"; mv "$HOME/stubborn.new" "$HOME/stubborn"; while true; do sleep 0.05; done' }],
  ]);
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("stubborn");
  const agent = pidIn(repo, "stubborn");
  run.kill("SIGINT");
  run.kill("SIGINT");
  expect(await run.exited).toBe(1);
  expect(isAlive(agent)).toBeFalse();
  expect(repo.has(".cueloop/lock")).toBeFalse();
});

test.skipIf(process.platform !== "linux")(
  "a process the agent detaches is ended after its turn, one that is marked to stay is kept",
  async () => {
    const detach = (name: string, prefix: string) => ({
      run: `${prefix} setsid sh -c 'echo $$ > "$HOME/${name}"; exec sleep 600' > /dev/null 2>&1 & while ! test -s "$HOME/${name}"; do :; done`,
    });
    using repo = repositoryWith([[detach("stray", ""), detach("kept", "CUELOOP_KEEP=1"), { write: "work.txt", text: "x\n" }]]);

    const run = await repo.cueloop("run", "one");

    const [stray, kept] = [pidIn(repo, "stray"), pidIn(repo, "kept")];
    const keptAlive = isAlive(kept);
    if (keptAlive) process.kill(kept, "SIGKILL");
    expect(run.code).toBe(0);
    expect(isAlive(stray)).toBeFalse();
    expect(keptAlive).toBeTrue();
    expect(run.stdout).toContain(`(pid ${stray})`);
    expect(run.stdout).toContain(`(pid ${kept})`);
  },
);

test("a reader that goes away does not end the run", async () => {
  using repo = repositoryWith([[{ say: "a line ".repeat(5000) }, { say: "more ".repeat(5000) }, { write: "work.txt", text: "x\n" }]]);
  const piped = await repo.run(["sh", "-c", `{ "${executable}" run one; echo $? > "$HOME/code"; } | head -c 10`]);
  expect(piped.stdout).toHaveLength(10);
  await repo.appeared("code");
  expect(readFileSync(join(repo.home, "code"), "utf8").trim()).toBe("0");
  expect(repo.git("log", "--format=%s", "-1").trim()).toBe("RQ-0001: Write the file");
});

test("every event of a run is in its log, readable by its owner alone, without secrets", async () => {
  using repo = repositoryWith([[{ say: "token is hunter2-hunter2" }, { write: "work.txt", text: "x\n" }]]);
  const run = await repo.run([executable, "run", "one"], { env: { MY_API_TOKEN: "hunter2-hunter2" } });
  expect(run.code).toBe(0);
  const { stdout } = await repo.run(["sh", "-c", "ls .cueloop/logs/runs; stat -c %a .cueloop/logs/runs/*; cat .cueloop/logs/runs/*"]);
  expect(stdout).toContain("\n600\n");
  expect(stdout).toContain('"kind":"run_started"');
  expect(stdout).toContain('"kind":"run_finished"');
  expect(stdout).not.toContain("hunter2");
  expect(existsSync(repo.path(".cueloop/cache/processes"))).toBeTrue();
  expect((await repo.run(["ls", ".cueloop/cache/processes"])).stdout).toBe("");
});
