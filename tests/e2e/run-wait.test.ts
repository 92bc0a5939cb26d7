import { afterEach, expect, test } from "bun:test";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { Terminal } from "../support/terminal.ts";

const file = (name: string) => ({ write: `${name}.txt`, text: "fine\n" });
const LATER = "2999-01-01T08:00:00Z";

function repositoryWith(tasks: readonly unknown[], script: Script = [[file("one")], [file("two")]]): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit" } });
  repo.books(tasks).commit("start");
  return repo;
}

/** Configures `loop`, keeping the rest. */
function configureLoop(repo: Repository, loop: Readonly<Record<string, unknown>>): void {
  const config: unknown = JSON.parse(repo.read(".cueloop/config.jsonc"));
  repo.write({ ".cueloop/config.jsonc": JSON.stringify({ ...(typeof config === "object" ? config : {}), loop }) });
  repo.commit("loop");
}

const started: Bun.Subprocess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A loop in the background, and what it said so far. */
class Loop {
  text = "";
  errors = "";
  readonly child: Bun.Subprocess<Blob, "pipe", "pipe">;
  readonly #reading: Promise<unknown>;

  constructor(repo: Repository, ...flags: string[]) {
    this.child = repo.start([executable, "run", "loop", ...flags]);
    started.push(this.child);
    this.#reading = Promise.all([this.#read(this.child.stdout, "text"), this.#read(this.child.stderr, "errors")]);
  }

  async #read(stream: ReadableStream<Uint8Array>, into: "text" | "errors"): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this[into] += decoder.decode(chunk, { stream: true });
  }

  /** Waits until it has said this so many times. */
  async says(wanted: string, times = 1): Promise<void> {
    const end = performance.now() + 15_000;
    while (`${this.text}${this.errors}`.split(wanted).length <= times) {
      if (performance.now() > end) throw new Error(`it did not say ${wanted}:\n${this.text}\n${this.errors}`);
      await Bun.sleep(5);
    }
  }

  async ended(): Promise<number> {
    const code = await this.child.exited;
    await this.#reading;
    return code;
  }
}

/** Events of the newest run, as its log has them. */
function eventsOf(repo: Repository): Record<string, unknown>[] {
  const [log] = [...new Bun.Glob("*.ndjson").scanSync(repo.path(".cueloop/logs/runs"))].sort().slice(-1);
  const lines = repo.read(`.cueloop/logs/runs/${log}`).trim().split("\n");
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

const kindsOf = (repo: Repository) => eventsOf(repo).map((event) => event["kind"]);

test("--wait-when-blocked goes on as soon as another program makes a task runnable", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  const loop = new Loop(repo, "--wait-when-blocked", "--wait-poll-ms", "600000");
  await loop.says("Waiting until a task can be run");
  repo.books([task("RQ-0001")]);
  expect(await loop.ended()).toBe(0);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect(loop.text).toContain("waiting: Nothing can run yet: every candidate is scheduled for later.");
  expect(loop.text).toContain(LATER);
  const kinds = kindsOf(repo);
  expect(kinds.indexOf("blocked_state_changed")).toBeLessThan(kinds.indexOf("blocked_state_cleared"));
  expect(kinds.indexOf("blocked_state_cleared")).toBeLessThan(kinds.indexOf("task_selected"));
});

test("a scheduled task is begun when its time has come, however long the poll is", async () => {
  const start = new Date(Date.now() + 1500).toISOString();
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: start })]);
  const run = await repo.cueloop("run", "loop", "--wait-when-blocked", "--wait-poll-ms", "600000");
  expect(run.code).toBe(0);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
  expect(eventsOf(repo).find((event) => event["kind"] === "blocked_state_changed")).toMatchObject({
    payload: { status: "waiting", reason: { kind: "schedule_blocked", blocked_tasks: 1, next_runnable_at: start } },
  });
});

test("a wait that finds nothing in its time ends stalled, with exit code 0", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  const run = await repo.cueloop("run", "loop", "--wait-when-blocked", "--wait-timeout-seconds", "1");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("Nothing became runnable within 1 s.");
  expect(eventsOf(repo).at(-1)).toMatchObject({ kind: "run_finished", exit_code: 0, payload: { outcome: "stalled" } });
  expect(kindsOf(repo).filter((kind) => kind === "blocked_state_changed")).toHaveLength(1);
});

test("a stop request ends the wait and is used up", async () => {
  using repo = repositoryWith([]);
  const loop = new Loop(repo, "--wait-when-empty", "--empty-poll-ms", "600000");
  await loop.says("Waiting for work");
  expect((await repo.cueloop("queue", "stop")).code).toBe(0);
  expect(await loop.ended()).toBe(0);
  expect(loop.text).toContain("Stopped on request.");
  expect(repo.has(".cueloop/cache/stop_requested")).toBeFalse();
  expect(eventsOf(repo).at(-1)).toMatchObject({ payload: { outcome: "stopped" } });
});

test.each(["SIGINT", "SIGTERM"] as const)("%s ends the wait as an interrupted run, and holds no lock meanwhile", async (signal) => {
  using repo = repositoryWith([]);
  const loop = new Loop(repo, "--continuous");
  await loop.says("Waiting for work");
  expect(repo.has(".cueloop/lock")).toBeFalse();
  loop.child.kill(signal);
  expect(await loop.ended()).toBe(1);
  expect(loop.errors).toContain("interrupted");
});

test("--wait-when-empty takes tasks as they are added, and counts against --max-tasks", async () => {
  using repo = repositoryWith([]);
  const loop = new Loop(repo, "--wait-when-empty", "--empty-poll-ms", "600000", "--max-tasks", "2");
  await loop.says("Waiting for work");
  expect((await repo.cueloop("task", "add", "First")).code).toBe(0);
  await loop.says("= RQ-0001 done");
  expect((await repo.cueloop("task", "add", "Second")).code).toBe(0);
  expect(await loop.ended()).toBe(0);
  expect(repo.done()).toMatchObject([{ title: "First" }, { title: "Second" }]);
  expect(loop.text).toContain("Tasks worked: 2.");
});

test("a wait for blocked tasks ends when the last candidate goes", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  const loop = new Loop(repo, "--wait-when-blocked");
  await loop.says("Waiting until a task can be run");
  repo.books([]);
  expect(await loop.ended()).toBe(0);
  expect(loop.text).toContain("Nothing is left to do.");
  expect(eventsOf(repo).at(-1)).toMatchObject({ payload: { outcome: "no_candidates" } });
});

test("what is waited for is told whenever it changes", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  const loop = new Loop(repo, "--wait-when-empty", "--empty-poll-ms", "600000");
  await loop.says("Waiting for work");
  repo.books([]);
  await loop.says("Waiting for work", 2);
  repo.books([task("RQ-0001"), task("RQ-0002", { scheduled_start: LATER })]);
  await loop.says("scheduled for later", 2);
  expect((await repo.cueloop("queue", "stop")).code).toBe(0);
  expect(await loop.ended()).toBe(0);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
  const states = eventsOf(repo).flatMap((event) => (event["kind"] === "blocked_state_changed" ? [event["payload"]] : []));
  expect(states).toMatchObject([
    { reason: { kind: "schedule_blocked" } },
    { reason: { kind: "idle" } },
    { reason: { kind: "schedule_blocked" } },
  ]);
});

test("a queue that cannot be read for a while is warned about once and waited out", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  const loop = new Loop(repo, "--wait-when-blocked", "--wait-poll-ms", "50");
  await loop.says("Waiting until a task can be run");
  repo.write({ ".cueloop/queue.jsonc": '{ "version": 1, "tasks": [ oh' });
  await loop.says("The queue cannot be read");
  repo.books([task("RQ-0001")]);
  expect(await loop.ended()).toBe(0);
  expect(loop.text.split("The queue cannot be read")).toHaveLength(2);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001" }]);
});

test("tasks an agent made in this run are not waited for as if they could be taken", async () => {
  const request = JSON.stringify({ version: 1, tasks: [{ key: "new", title: "New one" }] });
  using repo = repositoryWith([task("RQ-0001")], [[file("one"), { run: `printf '%s' '${request}' | cueloop task insert` }]]);
  const loop = new Loop(repo, "--continuous", "--empty-poll-ms", "50");
  await loop.says("Waiting for work");
  expect((await repo.cueloop("queue", "stop")).code).toBe(0);
  expect(await loop.ended()).toBe(0);
  expect(agentCalls(repo)).toHaveLength(1);
  expect(loop.text).toContain("Left for another run");
});

test("an omitted flag is the configuration's to say, and a negated one turns it off", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  configureLoop(repo, { wait_when_blocked: true, wait_timeout_seconds: 1, notify_when_unblocked: true });
  const waited = await repo.cueloop("run", "loop");
  expect(waited.stdout).toContain("Nothing became runnable within 1 s.");
  expect(waited.stderr.split("Notifications do not exist")).toHaveLength(2);
  const ended = await repo.cueloop("run", "loop", "--no-wait-when-blocked", "--no-notify-when-unblocked");
  expect(ended.code).toBe(0);
  expect(ended.stdout).not.toContain("Waiting");
  expect(ended.stderr).not.toContain("Notifications");
  configureLoop(repo, { wait_when_empty: true, wait_timeout_seconds: 1 });
  expect((await repo.cueloop("run", "loop")).stdout).toContain("Waiting for work");
  expect((await repo.cueloop("run", "loop", "--no-wait-when-empty")).stdout).not.toContain("Waiting");
});

test("without a wait the loop ends blocked at once", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })]);
  expect((await repo.cueloop("run", "loop", "--wait-timeout-seconds", "60")).stdout).toContain("queue explain");
  expect(eventsOf(repo).at(-1)).toMatchObject({ payload: { outcome: "blocked" } });
});

test.each([
  ["--wait-poll-ms", "49"],
  ["--empty-poll-ms", "0"],
  ["--wait-poll-ms", "fast"],
  ["--wait-timeout-seconds", "-1"],
  ["--wait-timeout-seconds", "1.5"],
])("%s %s is a mistake in the command line", async (flag, value) => {
  using repo = repositoryWith([]);
  const run = await repo.cueloop("run", "loop", `${flag}=${value}`);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(flag);
});

test("the live view names what is waited for and when it ends, and takes it away again", async () => {
  using repo = repositoryWith([task("RQ-0001", { scheduled_start: LATER })], [[file("one"), { hang: "hanging" }]]);
  await using terminal = new Terminal(repo, [executable, "run", "loop", "--continuous"], { columns: 100, rows: 20, env: { TZ: "UTC" } });
  await terminal.shows(/every candidate is scheduled for later\. Until 2999-01-01 08:00/);
  repo.books([task("RQ-0001")]);
  await repo.appeared("hanging");
  await terminal.shows(/RQ-0001 Task RQ-0001/);
  expect(terminal.screen.visible).not.toContain("Until 2999");
  terminal.type("q");
  expect(await terminal.ended()).toBe(1);
});
