import { expect, test } from "bun:test";
import { agentCalls, type Script, scriptedAgent } from "../support/agent.ts";
import { Repository, task } from "../support/repository.ts";

const file = (name: string, text = "fine\n") => ({ write: `${name}.txt`, text });
const plan = { write: ".cueloop/cache/plans/RQ-0001.md", text: "1. Do it.\n" };

function repositoryWith(
  script: Script,
  agent: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>> = {},
): Repository {
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit", ...agent } });
  repo.write({ "gate.sh": "! grep -l broken *.txt\n" });
  repo.books([task("RQ-0001", fields), task("RQ-0002", { title: "Second", status: "draft" })]).commit("start");
  return repo;
}

function eventsOf(repo: Repository): Record<string, unknown>[] {
  const [log = ""] = [...new Bun.Glob("*.ndjson").scanSync(repo.path(".cueloop/logs/runs"))].sort().slice(-1);
  const lines = repo.read(`.cueloop/logs/runs/${log}`).trim().split("\n");
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

const GATE = { ci_gate: { enabled: true, argv: ["sh", "gate.sh"] } };

test("two iterations: each has its place in the prompt, a line of its own and its gate, and only the last one finishes", async () => {
  using repo = repositoryWith([[file("one")], [file("two")]], { iterations: 2, ...GATE });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  const [first = "", second = ""] = agentCalls(repo).map((call) => call.prompt);
  expect(first).not.toContain("Pass 2 of 2");
  expect(first).toContain("Do not finish RQ-0001 in this pass");
  expect(second).toContain("Pass 2 of 2");
  expect(second).not.toContain("Do not finish RQ-0001 in this pass");
  expect(run.stdout).toContain("Iteration 1 of 2 of RQ-0001.");
  expect(run.stdout).toContain("> implementation, iteration 2/2");
  const kinds = eventsOf(repo).flatMap(({ kind }) => (kind === "phase_entered" || kind === "gate_finished" ? [kind] : []));
  expect(kinds).toEqual(["phase_entered", "gate_finished", "phase_entered", "gate_finished"]);
  expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Task RQ-0001", "start"]);
});

test("the task's own number of iterations beats the configured one", async () => {
  using repo = repositoryWith([[file("one")], [file("two")], [file("three")]], { iterations: 2 }, { agent: { iterations: 3 } });
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(3);
});

test("between iterations of three phases the gate runs after the implementation and after the review", async () => {
  const script = [
    [plan],
    [file("one", "broken\n"), { say: "first answer" }],
    [file("one"), { say: "repaired answer" }],
    [file("one")],
    [plan],
    [file("two")],
    [file("two")],
  ];
  using repo = repositoryWith(script, { iterations: 2, phases: 3, ...GATE });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  const steps = eventsOf(repo).flatMap(({ kind, phase, payload }) =>
    kind === "phase_entered" || kind === "gate_finished"
      ? [`${kind} ${phase} ${JSON.stringify(payload).includes('"passed":false') ? "no" : ""}`.trim()]
      : [],
  );
  expect(steps).toEqual([
    "phase_entered planning",
    "phase_entered implementation",
    "gate_finished implementation no",
    "gate_finished implementation",
    "phase_entered review",
    "gate_finished review",
    "phase_entered planning",
    "phase_entered implementation",
    "phase_entered review",
    "gate_finished review",
  ]);
  // The review reads what the agent said after its repair.
  expect(agentCalls(repo)[3]?.prompt).toContain("repaired answer");
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
});

test("a rejection in an earlier iteration ends the task there", async () => {
  using repo = repositoryWith([[{ run: 'cueloop task reject --note "not needed" RQ-0001' }]], { iterations: 3 });
  expect((await repo.cueloop("run", "one")).code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(1);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "rejected" }]);
});

test("a follow-up effort that an agent does not take is named once a run, however many tasks and iterations", async () => {
  using repo = repositoryWith([], { iterations: 2, followup_reasoning_effort: "low" });
  repo.books([task("RQ-0001"), task("RQ-0002")]).commit("two");
  const run = await repo.cueloop("run", "loop");
  expect(run.code).toBe(0);
  expect(agentCalls(repo)).toHaveLength(4);
  expect(run.stdout.split("effort low of later iterations does not reach script")).toHaveLength(2);
  const once = repositoryWith([], { followup_reasoning_effort: "low" });
  using _ = once;
  expect((await once.cueloop("run", "one")).stdout).not.toContain("later iterations");
});

test.each<[flags: string[], config: Record<string, boolean>, tools: boolean, planning: boolean]>([
  [[], {}, false, false],
  [[], { repoprompt_tool_injection: true }, true, false],
  [[], { repoprompt_plan_required: true }, false, true],
  [["--repo-prompt", "tools"], { repoprompt_plan_required: true }, true, false],
  [["--repo-prompt", "plan"], {}, true, true],
  [["--repo-prompt=off"], { repoprompt_tool_injection: true, repoprompt_plan_required: true }, false, false],
  [["-rp", "plan"], {}, true, true],
  [["-rp=tools"], {}, true, false],
])("RepoPrompt with %p over %p: tools %p, planning %p", async (flags, config, tools, planning) => {
  using repo = repositoryWith([[plan], [file("one")]], { phases: 2, ...config });
  expect((await repo.cueloop("run", "one", ...flags)).code).toBe(0);
  const [first = "", second = ""] = agentCalls(repo).map((call) => call.prompt);
  expect([first.includes("list_windows"), first.includes("## Planning with RepoPrompt")]).toEqual([tools, planning]);
  expect([second.includes("list_windows"), second.includes("## Planning with RepoPrompt")]).toEqual([tools, false]);
});

test.each(["--repo-prompt=all", "-rp=all"])("%s is a mistake in the command line", async (flag) => {
  using repo = repositoryWith([], {});
  const run = await repo.cueloop("run", "one", flag);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("tools, plan or off");
});
