import { beforeAll, expect } from "bun:test";
import { statuses } from "../support/books.ts";
import { processesOf } from "../support/leftovers.ts";
import { type ModelAnswer, type ModelRequest, startMockModel } from "../support/mock-model.ts";
import { agentEnvironment, areRealAgentsWanted, installAgents, withRealAgents } from "../support/real-agents.ts";
import { executable } from "../support/repository.ts";
import { Team } from "../support/team.ts";

const MODELS = { claude: "sonnet", codex: "openai-codex/gpt-5.4" } as const;
const TASKS = { "RQ-0001": { title: "Write one" }, "RQ-0002": { title: "Write two" } };

let bin = "";
beforeAll(async () => {
  if (areRealAgentsWanted) bin = await installAgents();
}, 400_000);

/** Adds a line to the file that the other task adds one to as well; of a conflict both sides stay. */
function worker({ text }: ModelRequest): ModelAnswer {
  if (text.includes("work.txt") && text.includes("being rebased")) {
    return { actions: [{ kind: "run", command: "sed -i '/^[<=>|]\\{7\\}/d' work.txt" }], say: "Both stay." };
  }
  const line = text.includes("RQ-0001") ? "one" : "two";
  return { actions: [{ kind: "run", command: `echo ${line} >> work.txt` }], say: "Written." };
}

// opencode makes its database at its very first start, and two first starts at once are in each other's way.
withRealAgents().each(["claude", "codex"] as const)(
  "%s works two tasks in worktrees, and resolves what they contradict each other in",
  async (runner) => {
    await using model = startMockModel(worker);
    const agent = { runner, model: MODELS[runner], runner_cli: { defaults: { approval_mode: "yolo" } } };
    using repo = new Team(TASKS, { agent, gate: "! grep -q '<<<<<<<' work.txt" });
    const env = agentEnvironment(bin, repo.home, model);

    const run = await repo.run([executable, "run", "loop", "--parallel", "2"], { env });

    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining("Tasks: 2 landed on main.")]);
    expect(run.stdout).toContain("Conflicts with main in work.txt");
    expect(repo.on("main", "work.txt")?.trim().split("\n").toSorted()).toEqual(["one", "two"]);
    expect(statuses(repo.done()).toSorted()).toEqual(["RQ-0001 done", "RQ-0002 done"]);
    expect(processesOf(repo)).toEqual([]);
    expect(repo.git("worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(repo.git("for-each-ref", "--format=%(refname)", "refs/heads").trim()).toBe("refs/heads/main");
  },
  240_000,
);
