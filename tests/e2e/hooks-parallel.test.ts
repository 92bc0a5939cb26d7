import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { told, toldAs, withHooks } from "../support/hooks.ts";
import { Team, type TeamOptions } from "../support/team.ts";

const two = { "RQ-0001": {}, "RQ-0002": {} };

async function team(hooks: string, tasks: ConstructorParameters<typeof Team>[0] = two, options: TeamOptions = {}): Promise<Team> {
  const repo = new Team(tasks, options);
  await withHooks(repo, hooks);
  return repo;
}

const ofTask = (id: string, names: readonly string[]) => names.map((name) => `${name} ${id}`);
const BY_TASK = ["beforeTask", "worktreeReady", "beforePhase", "afterPhase", "beforeCommit", "gate", "beforeIntegrate", "afterTask"];

describe("a parallel run", () => {
  test.each([
    ["sync", ""],
    ["async", "await Bun.sleep(2);"],
  ])("calls every hook, each on its side: %s", async (_, wait) => {
    const hook = (name: string) =>
      `async ${name}({ task }) { ${wait} tell("${name} " + task.id, process.pid); ${name === "gate" ? "return { ok: true };" : ""} }`;
    using repo = await team(`{ ${BY_TASK.map(hook).join(", ")},
      async runStart({ plan }) { ${wait} tell("runStart", [process.pid, plan.map((task) => task.id)]); },
      async selectTask({ candidates }) { ${wait} tell("selectTask", candidates.map((task) => task.id)); },
      async runEnd({ summary }) { ${wait} tell("runEnd", [process.pid, summary.succeeded]); },
      onEvent({ event }) { tell("event", [process.pid, event.kind]); } }`);
    const run = await repo.loop(2);
    expect(run.stderr).not.toContain("failed");
    expect(run.code).toBe(0);
    expect(repo.landed().toSorted()).toEqual(["RQ-0001", "RQ-0002"]);
    const names = told(repo).map(({ name }) => name);
    for (const id of Object.keys(two)) expect(names.filter((name) => name.endsWith(` ${id}`))).toEqual(ofTask(id, BY_TASK));
    const [start] = toldAs(repo, "runStart");
    const coordinator = Array.isArray(start) ? start[0] : null;
    expect(start).toEqual([coordinator, ["RQ-0001", "RQ-0002"]]);
    expect(toldAs(repo, "selectTask")).toEqual([["RQ-0001", "RQ-0002"]]);
    expect(toldAs(repo, "runEnd")).toEqual([[coordinator, 2]]);
    expect(names.filter((name) => !name.startsWith("event")).at(-1)).toBe("runEnd");
    for (const id of Object.keys(two)) {
      for (const name of BY_TASK) {
        const inWorker = ["beforePhase", "afterPhase", "beforeCommit", "gate"].includes(name);
        expect(toldAs(repo, `${name} ${id}`).map((pid) => pid === coordinator)).toEqual([!inWorker]);
      }
    }
    const events = toldAs(repo, "event");
    expect(events.every((event) => Array.isArray(event) && event[0] === coordinator)).toBeTrue();
    expect(events).toContainEqual([coordinator, "agent_event"]);
  });

  test("afterTask and task_finished tell what all turns of a task used, the repair of a red gate too", async () => {
    using repo = new Team(two, { gate: 'test -e "$HOME/red" || { : > "$HOME/red"; exit 1; }', agent: { runner: "metered" } });
    await withHooks(
      repo,
      `{ afterTask({ task, usage }) { tell("after", [task.id, usage]); },
         onEvent({ event }) { if (event.kind === "task_finished") tell("finished", [event.task_id, event.payload.usage]); } }`,
      `runners: { metered: { async *run({ cwd, taskId }) {
         appendFileSync(cwd + "/" + taskId + ".txt", "fine");
         yield { type: "usage", input_tokens: 100, output_tokens: 10, cost: 0.5 };
         yield { type: "text", text: "Done." };
       } } }`,
    );
    const run = await repo.loop(1);
    expect([run.code, repo.landed().toSorted()]).toEqual([0, ["RQ-0001", "RQ-0002"]]);
    const turns = (count: number) => ({ input_tokens: 100 * count, output_tokens: 10 * count, cache_read_tokens: 0, cost: 0.5 * count });
    expect(toldAs(repo, "after")).toEqual([
      ["RQ-0001", turns(2)],
      ["RQ-0002", turns(1)],
    ]);
    expect(toldAs(repo, "finished")).toEqual(toldAs(repo, "after"));
  });

  test("what hooks in workers print is seen with the task's id, and never among the events", async () => {
    using repo = await team(
      '{ gate({ log }) { console.log("printed by the gate"); log.warn("logged by the gate"); return { ok: true }; } }',
      { "RQ-0001": {} },
    );
    const run = await repo.loop(1);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/INFO .*RQ-0001: \[hooks\.gate\] printed by the gate/);
    expect(run.stderr).toMatch(/WARN .*RQ-0001: \[hooks\.gate\] logged by the gate/);
    expect(run.stdout).not.toContain("by the gate");
    const runs = readdirSync(repo.path(".cueloop/logs/runs"));
    expect(runs).toHaveLength(1);
    for (const name of runs) expect(repo.read(`.cueloop/logs/runs/${name}`)).not.toContain("by the gate");
    expect(repo.read(".cueloop/logs/parallel/RQ-0001.log")).toContain("printed by the gate");
  });

  test("selectTask, and settings of beforeTask reach the worker", async () => {
    using repo = await team(
      '{ selectTask: () => "RQ-0002", beforeTask: ({ task }) => ({ settings: { model: "for-" + task.id } }), onEvent({ event }) { if (event.kind === "turn_started") tell("turn", [event.task_id, event.payload.model]); if (event.kind === "task_selected") tell("selected", event.task_id); } }',
    );
    const run = await repo.loop(1);
    expect(run.code).toBe(0);
    expect(toldAs(repo, "selected")).toEqual(["RQ-0002", "RQ-0001"]);
    expect(toldAs(repo, "turn")).toEqual([
      ["RQ-0002", "for-RQ-0002"],
      ["RQ-0001", "for-RQ-0001"],
    ]);
  });

  test("skips of beforeTask: of one task, and of every one", async () => {
    using repo = await team('{ beforeTask: ({ task, repo }) => (task.id === "RQ-0001" ? { skip: "too dear" } : undefined) }');
    const run = await repo.loop(2);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("Skipped by the hook beforeTask: RQ-0001 (too dear).");
    expect(repo.landed()).toEqual(["RQ-0002"]);
    using none = await team(
      '{ beforeTask: ({ task }) => ({ skip: "no " + task.id }), runEnd: ({ summary }) => tell("end", summary.outcome) }',
    );
    const nothing = await none.loop(2);
    expect(nothing.code).toBe(0);
    expect(nothing.stdout).toContain("RQ-0001 (no RQ-0001)");
    expect(nothing.stdout).toContain("RQ-0002 (no RQ-0002)");
    expect(toldAs(none, "end")).toEqual(["no_candidates"]);
  });

  test.each([
    ["beforeTask", "throws", 'throw new Error("not this one")', "not this one"],
    ["beforeTask", "takes too long", "await Bun.sleep(30_000)", "took longer than"],
    ["beforeTask", "returns what it may not", "return 1", "it returned 1"],
    ["worktreeReady", "throws", 'throw new Error("not this one")', "not this one"],
    ["worktreeReady", "takes too long", "await Bun.sleep(30_000)", "took longer than"],
    ["beforePhase", "throws", 'throw new Error("not this one")', "not this one"],
    ["afterPhase", "throws", 'throw new Error("not this one")', "not this one"],
  ])("%s that %s fails that task alone", async (name, _, body, says) => {
    using repo = await team(
      `{ timeout_seconds: 1, async ${name}({ task }) { if (task.id === "RQ-0001") { ${body} } }, afterTask({ task, outcome }) { tell("after " + task.id, outcome); } }`,
    );
    const run = await repo.loop(2);
    expect(run.stdout + run.stderr).toContain(`The hook ${name} failed`);
    expect(run.stdout + run.stderr).toContain(says);
    expect(repo.landed()).toEqual(["RQ-0002"]);
    expect(existsSync(repo.worktree("RQ-0001"))).toBeFalse();
    expect(toldAs(repo, "after RQ-0001")).toEqual(["failed"]);
    expect(toldAs(repo, "after RQ-0002")).toEqual(["done"]);
  });

  test.each([
    ["refuses", 'return { refuse: "frozen until Monday" }', "frozen until Monday"],
    ["throws", 'throw new Error("calendar is down")', "calendar is down"],
    ["takes too long", "await Bun.sleep(30_000)", "took longer than"],
    ["returns what it may not", "return { ok: true }", "it may return { refuse: reason }"],
  ])("beforeIntegrate that %s blocks the task, its branch stays", async (_, body, says) => {
    using repo = await team(
      `{ timeout_seconds: 1, async beforeIntegrate({ branch, target, commits }) { tell("plan", [branch, target, commits.map(({ subject }) => subject)]); ${body} }, afterTask({ outcome }) { tell("after", outcome); } }`,
      { "RQ-0001": {} },
    );
    const run = await repo.loop(1);
    expect(run.stdout + run.stderr).toContain(says);
    expect(toldAs(repo, "plan")).toEqual([["cueloop/RQ-0001", "main", ["RQ-0001: Do RQ-0001"]]]);
    expect(repo.worker("RQ-0001")).toMatchObject({ lifecycle: "blocked_push" });
    expect(repo.subjects()).toEqual(["hooks"]);
    expect(repo.on("cueloop/RQ-0001", "RQ-0001.txt")).toBe("RQ-0001\n");
    expect(toldAs(repo, "after")).toEqual(["blocked"]);
  });

  test("beforeCommit changes the message of the work alone, and a refusal goes to the agent", async () => {
    using repo = await team(
      '{ async beforeCommit({ message, repo, files }) { tell("files", files); return (await repo.exists("ticket.txt")) ? { message: message + "\\n\\nTicket: 7" } : { refuse: "ticket.txt is missing" }; } }',
      { "RQ-0001": {} },
    );
    repo.deeds({ "RQ-0001": 'echo work > work.txt; [ "$turn" -gt 1 ] && echo 7 > ticket.txt; true' });
    const run = await repo.loop(1);
    expect(run.code).toBe(0);
    expect(repo.prompt("RQ-0001", 2)).toContain("ticket.txt is missing");
    expect(
      repo
        .git("log", "--format=%B%x00", "main")
        .split("\0")
        .map((text) => text.trim()),
    ).toEqual(expect.arrayContaining(["RQ-0001: Do RQ-0001\n\nTicket: 7"]));
    expect(toldAs(repo, "files")).toEqual([["work.txt"], ["ticket.txt", "work.txt"]]);
  });

  test("a gate that fails goes to the agent", async () => {
    using repo = await team(
      '{ async gate({ repo, changedFiles }) { tell("gate", [repo.root, changedFiles]); return (await repo.exists("good.txt")) ? { ok: true } : { ok: false, output: "good.txt is missing" }; } }',
      { "RQ-0001": {} },
      { agent: { ci_gate: { enabled: false } } },
    );
    repo.deeds({ "RQ-0001": 'echo work > work.txt; [ "$turn" -gt 1 ] && echo good > good.txt; true' });
    expect((await repo.loop(1)).code).toBe(0);
    expect(repo.prompt("RQ-0001", 2)).toContain("good.txt is missing");
    expect(toldAs(repo, "gate")).toEqual([
      [repo.worktree("RQ-0001"), ["work.txt"]],
      [repo.worktree("RQ-0001"), ["good.txt", "work.txt"]],
    ]);
    expect(new Set(repo.landed())).toEqual(new Set(["RQ-0001"]));
  });

  test("a transaction from each: in the coordinator it is made, in a worker it is refused", async () => {
    const coordinator = ["beforeTask", "worktreeReady", "beforeIntegrate", "afterTask"];
    const workers = ["beforePhase", "afterPhase", "gate", "beforeCommit"];
    const add = (name: string) =>
      `try { await queue.transaction("${name}", (draft) => draft.add({ title: "by ${name}", status: "draft" })); } catch (error) { tell("${name}", error.code); }`;
    const hook = (name: string) => `async ${name}({ queue }) { ${add(name)} ${name === "gate" ? "return { ok: true };" : ""} }`;
    using repo = await team(
      `{ ${[...coordinator, ...workers, "runStart", "runEnd"].map(hook).join(", ")},
      async onEvent({ event, queue }) { if (event.kind === "phase_entered") { ${add("onEvent")} } } }`,
      { "RQ-0001": {} },
      { tracked: false },
    );
    const run = await repo.loop(1);
    expect(run.code).toBe(0);
    for (const name of workers) expect(toldAs(repo, name)).toEqual(["queue.read_only_in_worker"]);
    const made = [...coordinator, "runStart", "runEnd", "onEvent"];
    for (const name of made) expect(toldAs(repo, name)).toEqual([]);
    expect(
      JSON.stringify(repo.active())
        .match(/by \w+/g)
        ?.toSorted(),
    ).toEqual(made.map((name) => `by ${name}`).toSorted());
  });

  test("workers call what the coordinator was trusted with, whatever an agent makes of the file in its worktree", async () => {
    using repo = await team('{ gate() { tell("gate", "ours"); return { ok: true }; } }', { "RQ-0001": {} });
    repo.deeds({
      "RQ-0001": `echo 'require("fs").writeFileSync(process.env.HOME + "/marker", ""); export default { hooks: { gate: () => ({ ok: false, output: "theirs" }) } };' > cueloop.config.ts`,
    });
    expect((await repo.loop(1)).code).toBe(0);
    expect(toldAs(repo, "gate")).toEqual(["ours"]);
    expect(existsSync(`${repo.home}/marker`)).toBeFalse();
  });

  test("worktreeReady copies from the main checkout, and says where it cannot share blocks", async () => {
    using repo = await team(
      `{ async worktreeReady({ path, cloneFromMain }) {
      await cloneFromMain("ignored.dir", { copy: true });
      for (const place of ["ignored.dir", "../home", "none", ".git", ""]) try { await cloneFromMain(place); tell(place, "copied"); } catch (error) { tell(place, error.code); }
    }, async gate({ repo }) { return { ok: (await repo.read("ignored.dir/a/b.txt")) === "deep\\n", output: "not copied" }; } }`,
      { "RQ-0001": {} },
      { files: { ".git/info/exclude": "ignored.dir\n", "ignored.dir/a/b.txt": "deep\n" } },
    );
    expect((await repo.loop(1)).code).toBe(0);
    for (const place of ["ignored.dir", "../home", "none", ".git", ""]) expect(toldAs(repo, place)).toEqual(["parallel.clone_refused"]);
    expect(repo.landed()).toEqual(["RQ-0001"]);
  });
});
