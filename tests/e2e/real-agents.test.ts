import { beforeAll, expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { json, record } from "../support/books.ts";
import { processesOf, tracesAtHome } from "../support/leftovers.ts";
import { type MockModel, type ModelAnswer, type ModelRequest, startMockModel } from "../support/mock-model.ts";
import { agentEnvironment, areRealAgentsWanted, installAgents, withRealAgents } from "../support/real-agents.ts";
import { executable, type Finished, Repository, task } from "../support/repository.ts";

const realTest = withRealAgents();
const IDS = ["claude", "codex", "opencode"] as const;
type AgentId = (typeof IDS)[number];
const MODELS = { claude: "sonnet", codex: "openai-codex/gpt-5.4", opencode: "mock/mock-1" };
/** All of them run at the same time, beside each other. */
const TIMEOUT_MS = 240_000;

const PLAN = ".cueloop/cache/plans/RQ-0001.md";
/** Red as long as the work is wrong, and for ever once somebody but the run has closed the task. */
const GATE = "grep -q '\"doing\"' .cueloop/queue.jsonc || exit 9\ngrep -q right work.txt\n";

let bin = "";
beforeAll(async () => {
  if (areRealAgentsWanted) bin = await installAgents();
}, 400_000);

/** A repository with one task, worked by one of the programs, which asks this model. */
class Bench extends Repository {
  readonly since = Date.now();
  readonly #model: MockModel;
  readonly #env: Record<string, string>;

  constructor(id: AgentId, model: MockModel) {
    super();
    this.#model = model;
    this.#env = agentEnvironment(bin, this.home, model);
    const agent = {
      runner: id,
      model: MODELS[id],
      phases: 2,
      git_publish_mode: "commit",
      ci_gate: { enabled: true, argv: ["sh", "gate.sh"] },
      runner_cli: { defaults: { approval_mode: "yolo" } },
      runner_retry: { base_backoff_ms: 1, jitter_ratio: 0 },
    };
    this.write({
      "gate.sh": GATE,
      ".cueloop/config.jsonc": JSON.stringify({ version: 2, agent }),
      ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
      ".gitignore": ".cueloop/README.md\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n",
    });
    this.books([task("RQ-0001", { title: "Write the file" })]).commit("start");
  }

  get requests(): readonly ModelRequest[] {
    return this.#model.requests;
  }

  runOne(): Promise<Finished> {
    return this.run([executable, "run", "one"], { env: this.#env });
  }

  startOne(): Bun.Subprocess<Blob, "pipe", "pipe"> {
    return this.start([executable, "run", "one"], { env: this.#env });
  }

  /** The run's log, in order. */
  events(): Record<string, unknown>[] {
    const folder = this.path(".cueloop/logs/runs");
    const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    return text
      .join("")
      .split("\n")
      .filter((line) => line !== "")
      .map(json);
  }

  /** What the events of this kind carry. */
  payloads(kind: string): unknown[] {
    return this.events()
      .filter((event) => event["kind"] === kind)
      .map((event) => event["payload"]);
  }

  /** Nothing runs any more, nothing is locked, nothing was written outside. */
  expectNothingLeft(): void {
    expect(processesOf(this)).toEqual([]);
    expect(this.has(".cueloop/lock")).toBeFalse();
    expect(readdirSync(this.path(".cueloop/cache/processes"))).toEqual([]);
    expect(tracesAtHome(this, this.since)).toEqual([]);
  }
}

/** Plans; works wrongly and calls it done; corrects it when the gate says so. */
function worker({ text }: ModelRequest): ModelAnswer {
  if (text.includes("failed with exit code 1")) return { actions: [{ kind: "run", command: "echo right > work.txt" }], say: "Corrected." };
  if (text.includes("# Planning"))
    return { actions: [{ kind: "write", path: PLAN, content: "First think, then write.\n" }], say: "Planned." };
  return {
    actions: [
      { kind: "write", path: "work.txt", content: "wrong\n" },
      { kind: "run", command: "cueloop task done RQ-0001 --note 'as planned'" },
    ],
    say: "Finished.",
  };
}

realTest.concurrent.each(IDS)(
  "%s works a task: plan, wrong work, the gate's repair in the same session, one proven commit",
  async (id) => {
    await using model = startMockModel(worker);
    using repo = new Bench(id, model);

    const run = await repo.runOne();

    expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining("Error") });
    expect(run.stdout).toContain("Corrected.");
    expect(repo.git("log", "--format=%s").trim().split("\n")).toEqual(["RQ-0001: Write the file", "start"]);
    expect(repo.git("show", "HEAD:work.txt")).toBe("right\n");
    expect(repo.git("status", "--porcelain")).toBe("");

    const done = record(repo.done(), "RQ-0001");
    expect(done).toMatchObject({ status: "done", notes: ["as planned"], custom_fields: { runner_used: id, model_used: MODELS[id] } });
    expect(repo.active()).toEqual([]);
    const tree = /gate=passed exit=0 ms=\d+ tree=([0-9a-f]+)/.exec(JSON.stringify(done))?.[1] ?? "";
    expect(repo.git("diff", "--name-only", tree, "HEAD").trim().split("\n")).toEqual([".cueloop/done.jsonc", ".cueloop/queue.jsonc"]);

    // Three calls: the planning, the work, and the repair, which continues the session of the work.
    const turns = repo.payloads("turn_finished").map((payload) => json(JSON.stringify(payload)));
    const sessions = turns.map((turn) => turn["session_id"]);
    expect(sessions).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/), sessions[1]]);
    expect(sessions[0]).not.toBe(sessions[1]);
    expect(repo.payloads("resume_decision")).toMatchObject([{ status: "resuming_same_session", reason: "session_valid" }]);
    const repair = JSON.stringify(repo.requests.at(-1)?.body);
    const seen = ["First think, then write.", "RQ-0001 is recorded as done"].map((text) => repair.includes(text));
    expect(seen).toEqual([true, true]);

    // Answers of the model in each: as many as there were tools, and the closing one.
    const perAnswer = id === "claude" ? 16 : 11;
    expect(turns.map((turn) => turn["usage"])).toMatchObject(
      [2, 3, 2].map((answers) => ({ input_tokens: answers * perAnswer, output_tokens: answers * 5, cache_read_tokens: answers * 3 })),
    );
    const said = repo.payloads("agent_event").map((payload) => JSON.stringify(payload));
    for (const text of ["Planned.", "Finished.", "Corrected."]) expect(said.some((line) => line.includes(text))).toBeTrue();
    expect(repo.payloads("gate_finished")).toMatchObject([{ passed: false, exit_code: 1 }, { passed: true }]);
    expect(repo.payloads("proof")).toMatchObject([{ by: "same_tree", proven: true }]);

    const history = json(repo.read(".cueloop/cache/execution_history.json"));
    const usage = { planning: { output_tokens: 10 }, implementation: { output_tokens: 25 } };
    expect(history["entries"]).toMatchObject([{ task_id: "RQ-0001", runner: id, model: MODELS[id], phase_count: 2, usage }]);
    repo.expectNothingLeft();
  },
  TIMEOUT_MS,
);

realTest.concurrent.each(IDS)(
  "%s that is not logged in: the run says so at once",
  async (id) => {
    await using model = startMockModel(() => ({ status: 401, message: "invalid key" }));
    using repo = new Bench(id, model);

    const run = await repo.runOne();

    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`Log in to ${id}`);
    expect(repo.payloads("retry")).toEqual([]);
    expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
    repo.expectNothingLeft();
  },
  TIMEOUT_MS,
);

realTest.concurrent.each(IDS)(
  "%s in front of a silent model ends with the run's Ctrl-C",
  async (id) => {
    const asked = Promise.withResolvers<void>();
    await using model = startMockModel(() => {
      asked.resolve();
      return { hang: true };
    });
    using repo = new Bench(id, model);
    const run = repo.startOne();
    await Promise.race([asked.promise, run.exited]);

    run.kill("SIGINT");

    expect(await run.exited).toBe(1);
    expect(await new Response(run.stderr).text()).toContain("interrupted");
    expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "doing" }]);
    expect(repo.payloads("turn_finished")).toMatchObject([{ outcome: "interrupted" }]);
    repo.expectNothingLeft();
  },
  TIMEOUT_MS,
);

realTest.concurrent(
  "codex's used-up plan: tried again like a rate limit, then said in so many words",
  async () => {
    const usedUp = { status: 429, type: "usage_limit_reached", message: "no more for now" };
    await using model = startMockModel(() => usedUp);
    using repo = new Bench("codex", model);

    const run = await repo.runOne();

    expect(run.code).toBe(1);
    expect(run.stderr).toContain("OpenAI Codex CLI reports that the limit of your plan is reached. It says: ");
    expect(run.stderr).toContain("Wait until the limit of codex is over");
    expect(repo.payloads("retry")).toMatchObject([{ reason: "rate limit" }, { reason: "rate limit" }]);
    expect(repo.payloads("usage_limit")).toEqual([]);
    repo.expectNothingLeft();
  },
  TIMEOUT_MS,
);
