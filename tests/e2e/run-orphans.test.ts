import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";

/** Processes that carry this text in their environment. */
function carrying(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");

async function killedRun(repo: Repository): Promise<string> {
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("../home/hanging");
  run.kill("SIGKILL");
  await run.exited;
  const [name = ""] = readdirSync(repo.path(".cueloop/cache/processes"));
  return name.replace(/\.json$/, "");
}

const DETACH =
  "setsid sh -c 'echo $$ > ../home/detached; exec sleep 300' </dev/null >/dev/null 2>&1 & while [ ! -s ../home/detached ]; do :; done";

test("what a killed run left running is ended by the next one, and only that", async () => {
  using repo = new Repository().books([task("RQ-0001")]);
  scriptedAgent(repo, [[{ run: DETACH }, { hang: "hanging" }], [{ write: "a.txt", text: "a" }]]);
  repo.commit();
  const other = repo.start(["sleep", "300"], { env: { CUELOOP_RUN_ID: "019387a2-7f00-7c3e-9b1e-0c5a4d2e8f11" } });
  const dead = await killedRun(repo);
  const left = carrying(`CUELOOP_RUN_ID=${dead}`);
  expect(left.map(commandOf).filter((command) => command.includes("sleep 300"))).toHaveLength(1);
  expect(left.length).toBeGreaterThan(1);

  const next = await repo.cueloop("run", "resume");
  expect(next.stderr).toContain("Ended what an earlier run left running: ");
  expect(next.stderr).toContain("sleep 300 (pid");
  expect(carrying(`CUELOOP_RUN_ID=${dead}`)).toEqual([]);
  expect(readdirSync(repo.path(".cueloop/cache/processes"))).toEqual([]);
  expect(next.code).toBe(0);
  expect(other.exitCode).toBeNull();
  other.kill();
});

test.each(["done", "reject"])(
  "an agent that outlives its killed run still only reports (task %s): the work is not archived ungated",
  async (verb) => {
    using repo = new Repository().books([task("RQ-0001")]);
    const wait = "touch ../home/hanging; while [ ! -e ../home/killed ]; do sleep 0.05; done";
    const report = `cueloop task ${verb} RQ-0001 --note "said late"; cueloop task add "Out of bounds"; touch ../home/reported; exec sleep 300`;
    const gate = { ci_gate: { enabled: true, argv: ["test", "-e", "gated"] }, git_publish_mode: "commit" };
    scriptedAgent(repo, [[{ write: "work.txt", text: "work\n" }, { run: `${wait}; ${report}` }], [{ write: "gated", text: "" }]], {
      agent: gate,
    });
    repo.commit();
    await killedRun(repo);
    await repo.run(["touch", "../home/killed"]);
    await repo.appeared("reported");
    expect([repo.active(), repo.done()]).toMatchObject([[{ id: "RQ-0001", status: "doing" }], []]);
    expect(repo.active()).toHaveLength(1);

    const next = await repo.cueloop("run", "resume");
    expect(next.code).toBe(0);
    expect(repo.done()).toMatchObject([
      {
        id: "RQ-0001",
        status: verb === "done" ? "done" : "rejected",
        notes: ["said late", ...(verb === "done" ? [] : [expect.any(String)])],
      },
    ]);
    expect(repo.git("show", "--name-only", "--format=", "HEAD").includes("gated")).toBe(verb === "done");
  },
);

test("a process that asked to be kept stays, and a dry run ends nothing", async () => {
  using repo = new Repository().books([task("RQ-0001")]);
  scriptedAgent(repo, [[{ run: `CUELOOP_KEEP=1; export CUELOOP_KEEP; ${DETACH}` }, { hang: "hanging" }]]);
  repo.commit();
  const dead = await killedRun(repo);
  const before = carrying(`CUELOOP_RUN_ID=${dead}`).length;
  await repo.cueloop("run", "one", "--dry-run");
  expect(carrying(`CUELOOP_RUN_ID=${dead}`)).toHaveLength(before);
  await repo.cueloop("run", "one");
  const kept = carrying(`CUELOOP_RUN_ID=${dead}`);
  expect(kept.map(commandOf)).toEqual([expect.stringContaining("sleep 300")]);
  for (const pid of kept) process.kill(pid, "SIGKILL");
});
