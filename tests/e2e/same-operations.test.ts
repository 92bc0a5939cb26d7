import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { scriptedAgent } from "../support/agent.ts";
import { operations } from "../support/books.ts";
import { executable, Repository, task } from "../support/repository.ts";

/** One thing to do, said to each way in. */
interface Operation {
  /** Arguments, one line each, one after the other. */
  readonly commands: readonly (readonly string[])[];
  /** The same as a program, with everything of the module in scope. */
  readonly script: string;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "adding a task": {
    commands: [
      ["task", "add", "New one", "--priority", "high", "--tag", "api", "--tag", "db", "--scope", "src", "--plan", "First", "-d", "Text"],
    ],
    script: `await queue.transaction("task add RQ-0006", (draft) => draft.add({
  title: "New one", priority: "high", tags: ["api", "db"], scope: ["src"], plan: ["First"], description: "Text",
}));`,
  },
  "adding a draft at the front, after another one": {
    commands: [["task", "add", "New one", "--draft", "--first", "--after", "RQ-0001"]],
    script: `await queue.transaction("task add RQ-0006", (draft) =>
  draft.add({ title: "New one", status: "draft", position: "next", depends_on: ["RQ-0001"] }));`,
  },
  "making a draft ready": {
    commands: [["task", "ready", "RQ-0003"]],
    script: 'await queue.transaction("task ready RQ-0003", (draft) => draft.update("RQ-0003", { status: "todo" }));',
  },
  "starting a task": {
    commands: [["task", "start", "RQ-0002"]],
    script: 'await queue.transaction("task start RQ-0002", (draft) => draft.update("RQ-0002", { status: "doing" }));',
  },
  "putting several back": {
    commands: [["task", "status", "draft", "RQ-0001", "RQ-0002"]],
    script: `await queue.transaction("task status draft RQ-0001 RQ-0002", (draft) => {
  for (const id of ["RQ-0001", "RQ-0002"]) draft.update(id, { status: "draft" });
});`,
  },
  "finishing a task with a note": {
    commands: [["task", "done", "RQ-0001", "--note", "by hand"]],
    script: 'await queue.transaction("task done RQ-0001", (draft) => draft.finish("RQ-0001", "done", ["by hand"]));',
  },
  "rejecting a task": {
    commands: [["task", "reject", "RQ-0004", "--note", "not wanted"]],
    script: 'await queue.transaction("task reject RQ-0004", (draft) => draft.finish("RQ-0004", "rejected", ["not wanted"]));',
  },
  "two changes after one another": {
    commands: [
      ["task", "start", "RQ-0001"],
      ["task", "done", "RQ-0001"],
    ],
    script: `await queue.transaction("task start RQ-0001", (draft) => draft.update("RQ-0001", { status: "doing" }));
await queue.transaction("task done RQ-0001", (draft) => draft.finish("RQ-0001", "done"));`,
  },
  "a change that is refused": {
    commands: [["task", "done", "RQ-0005"]],
    script: 'await queue.transaction("task done RQ-0005", (draft) => draft.finish("RQ-0005", "done"));',
  },
  "running one task": {
    commands: [["run", "one", "--id", "RQ-0002", "--non-interactive"]],
    script: 'await runTask("RQ-0002").outcome;',
  },
  "running with options": {
    commands: [["run", "one", "--id", "RQ-0002", "--non-interactive", "--git-publish-mode", "off", "--model", "other"]],
    script: 'await runTask("RQ-0002", { gitPublishMode: "off", model: "other" }).outcome;',
  },
  "running the queue": {
    commands: [["run", "loop", "--non-interactive", "--include-draft"]],
    script: "await runLoop({ includeDraft: true }).outcome;",
  },
  "running a part of the queue in a worktree": {
    commands: [["run", "loop", "--non-interactive", "--parallel", "1", "--max-tasks", "1"]],
    script: "await runLoop({ parallel: 1, maxTasks: 1 }).outcome;",
  },
};

function prepared(): Repository {
  const repo = new Repository();
  scriptedAgent(repo, [[{ write: "one.txt", text: "1\n" }], [{ write: "two.txt", text: "2\n" }], [{ write: "three.txt", text: "3\n" }]], {
    agent: { ci_gate: { enabled: true, argv: ["true"] }, git_publish_mode: "commit" },
  });
  const active = [
    task("RQ-0001"),
    task("RQ-0002", { tags: ["api"] }),
    task("RQ-0003", { status: "draft" }),
    task("RQ-0004", { status: "doing" }),
  ];
  repo.books(active, [task("RQ-0005", { status: "done", completed_at: "2026-03-02T09:00:00.000000000Z" })]).commit("start");
  return repo;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Everything that stays behind and is the same whenever it is done. */
function left(repo: Repository): Readonly<Record<string, unknown>> {
  const timeless = (text: string) =>
    text
      .replace(TIME, "<time>")
      .replace(/\b[0-9a-f]{40}\b/g, "<id>")
      .replace(/\bms=\d+/g, "ms=<time>");
  return {
    queue: timeless(repo.read(".cueloop/queue.jsonc")),
    done: timeless(repo.read(".cueloop/done.jsonc")),
    undo: operations(repo),
    log: repo.git("log", "--format=%s%n%b"),
    files: repo.git("ls-tree", "-r", "--name-only", "HEAD"),
    dirty: repo.git("status", "--porcelain"),
    caches: repo.has(".cueloop/cache") ? readdirSync(repo.path(".cueloop/cache")).sort() : [],
  };
}

async function byCommands(repo: Repository, { commands }: Operation): Promise<boolean> {
  for (const argv of commands) if ((await repo.cueloop(...argv)).code !== 0) return false;
  return true;
}

async function byScript(repo: Repository, { script }: Operation): Promise<boolean> {
  const stdin = `import { openQueue, runLoop, runTask } from "cueloop";\nconst queue = openQueue();\nvoid [queue, runLoop, runTask];\n${script}\n`;
  return (await repo.run([executable, "script", "-"], { stdin })).code === 0;
}

test.each(Object.entries(OPERATIONS))("%s: the command line and a script leave the same files", async (name, operation) => {
  using one = prepared();
  using other = prepared();
  const before = left(one);
  const [typed, programmed] = await Promise.all([byCommands(one, operation), byScript(other, operation)]);
  expect([typed, programmed]).toEqual(name.includes("refused") ? [false, false] : [true, true]);
  const after = left(one);
  expect(left(other)).toEqual(after);
  if (name.includes("refused")) expect(after).toEqual(before);
  else expect(after).not.toEqual(before);
});
