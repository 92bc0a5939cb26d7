import { expect } from "bun:test";
import { json, record } from "../support/books.ts";
import type { Step } from "../support/fake-agent/script.ts";
import { FAILED, FINISHED, type Row, WITH_WORK, WORK, withEveryAgent } from "../support/fake-agent/table.ts";
import { task } from "../support/repository.ts";

const QUEUE = ".cueloop/queue.jsonc";
const DONE = ".cueloop/done.jsonc";
const OWN = task("RQ-0001", { title: "Write the file", status: "doing", started_at: "2026-03-02T08:15:00.000000000Z" });
const OTHER = task("RQ-0002", { title: "Another" });
const NOW = "2026-03-03T08:15:00.000000000Z";

/** The agent writes a file of the queue itself. */
const edit = (file: string, ...tasks: unknown[]): Step => ({ write: file, text: JSON.stringify({ version: 1, tasks }, null, 2) });
const REJECTED = {
  code: 0,
  active: ["RQ-0002 todo"],
  done: ["RQ-0001 rejected"],
  tree: [],
  calls: 1,
  session: false,
  saysNot: ["gate passed", "gate failed"],
  log: ["turn_finished", "task_archived", "task_finished", "run_finished"],
} as const;

const books: Row[] = [
  {
    name: "edits its own record in the queue file",
    script: [[edit(QUEUE, { ...OWN, title: "Something easier", priority: "low" }, OTHER), WORK]],
    expected: FINISHED,
    check: (shop) => expect(shop.done()).toMatchObject([{ id: "RQ-0001", title: "Something easier", priority: "low", status: "done" }]),
  },
  {
    name: "edits another task in the queue file",
    script: [[edit(QUEUE, OWN, { ...OTHER, title: "Another one", status: "draft" }), WORK]],
    expected: { ...FINISHED, active: ["RQ-0002 draft"] },
    check: (shop) => expect(shop.active()).toMatchObject([{ title: "Another one" }]),
  },
  {
    name: "adds a task to the queue file that depends on nobody",
    script: [[edit(QUEUE, OWN, OTHER, { ...OTHER, id: "RQ-0003", depends_on: ["RQ-0009"] }), WORK]],
    expected: { ...FAILED, ...WITH_WORK, active: ["RQ-0001 doing", "RQ-0002 todo", "RQ-0003 todo"], says: ["RQ-0009"] },
  },
  {
    name: "removes its own task from the queue file",
    script: [[edit(QUEUE, OTHER), WORK]],
    expected: { ...FAILED, ...WITH_WORK, active: ["RQ-0002 todo"], says: ["RQ-0001 is in neither file"] },
    check: (shop) => expect(shop.read("work.txt")).toBe("right\n"),
  },
  {
    name: "marks its own task done in the queue file without having done it",
    script: [[edit(QUEUE, { ...OWN, status: "done", completed_at: NOW }, OTHER)]],
    args: ["--max-turns", "1"],
    expected: { ...FAILED, active: ["RQ-0001 done", "RQ-0002 todo"], says: ["gate failed", "--max-turns"] },
  },
  {
    name: "archives its own task itself, with the work",
    script: [[WORK, edit(QUEUE, OTHER), edit(DONE, { ...OWN, status: "done", completed_at: NOW })]],
    expected: FINISHED,
    check: (shop) => expect(JSON.stringify(record(shop.done(), "RQ-0001"))).toContain("gate=passed"),
  },
  {
    name: "archives its own task itself as rejected",
    script: [[WORK, edit(QUEUE, OTHER), edit(DONE, { ...OWN, status: "rejected", completed_at: NOW })]],
    expected: { ...REJECTED, commits: ["RQ-0001: Write the file", "start"] },
  },
  {
    name: "breaks the queue file",
    script: [[WORK, { write: QUEUE, text: '{"version":1,"tasks":[\n{"id":"RQ-0001",' }]],
    expected: { ...FAILED, ...WITH_WORK, active: ["unreadable"], says: [/queue\.jsonc:2:/] },
  },
  {
    name: "deletes the queue file",
    script: [[WORK, { run: "rm .cueloop/queue.jsonc" }]],
    expected: { ...FAILED, active: ["unreadable"], tree: [" D .cueloop/queue.jsonc", "?? work.txt"], says: ["queue.jsonc"] },
  },
  {
    name: "has the task it works on in both files",
    script: [[WORK, edit(DONE, { ...OWN, status: "done", completed_at: NOW })]],
    expected: FINISHED,
  },
];

const words: Row[] = [
  {
    name: "says `task done` of its own task",
    script: [[WORK, { run: "cueloop task done --note 'all good' RQ-0001" }]],
    expected: {
      ...FINISHED,
      says: ["the agent says: done", "-> 0"],
      log: ["outcome_recorded", "gate_finished", "task_archived", "run_finished"],
    },
    check: (shop) => expect(shop.done()).toMatchObject([{ notes: ["all good"] }]),
  },
  {
    name: "says `task done` of its own task without having done it",
    script: [[{ run: "cueloop task done RQ-0001" }]],
    args: ["--max-turns", "1"],
    expected: { ...FAILED, says: ["gate failed", "--max-turns"] },
    check: (shop) => expect(json(shop.read(".cueloop/cache/outcomes/RQ-0001.json"))).toMatchObject({ outcome: "done" }),
  },
  {
    name: "says `task done` of another task",
    script: [[WORK, { run: "cueloop task done RQ-0002" }]],
    expected: { ...FINISHED, says: ["-> 1"] },
  },
  {
    name: "says `task reject` of another task",
    script: [[WORK, { run: "cueloop task reject RQ-0002" }]],
    expected: { ...FINISHED, says: ["-> 1"] },
  },
  {
    name: "rejects its own task",
    script: [[WORK, { run: "cueloop task reject --note 'no sense in it' RQ-0001" }]],
    expected: { ...REJECTED, commits: ["RQ-0001: Write the file", "start"], says: ["refs/cueloop/undone/RQ-0001/"] },
    check(shop) {
      expect(shop.has("work.txt")).toBeFalse();
      const ref = shop.git("for-each-ref", "--format=%(refname)", "refs/cueloop/undone/RQ-0001/").trim();
      expect(shop.git("show", `${ref}:work.txt`)).toBe("right\n");
      expect(record(shop.done(), "RQ-0001")["notes"]).toEqual(["no sense in it", expect.stringContaining(ref)]);
    },
  },
  {
    name: "rejects its own task and then fails",
    script: [[WORK, { run: "cueloop task reject RQ-0001" }, { exit: 1 }]],
    expected: { ...FAILED, ...WITH_WORK, says: ["exited with code 1"] },
  },
  {
    name: "is not allowed to use a tool, and does without it",
    script: [[{ denied: "WebFetch" }, WORK]],
    expected: ({ id }) => ({ ...FINISHED, says: [id === "codex" ? "(failed (exit 1))" : "[Permission denied: WebFetch]"] }),
  },
  {
    name: "is not allowed to use the tool it needs",
    script: [[{ denied: "Write" }, { end: "none" }]],
    expected: ({ id }) => ({ ...FAILED, says: [id === "codex" ? "Incomplete output" : "it was not allowed to use Write"] }),
  },
];

const git: Row[] = [
  {
    name: "commits its work",
    script: [[WORK, { run: "git add work.txt && git commit -qm mine" }]],
    expected: { ...FINISHED, commits: ["RQ-0001: Write the file", "mine", "start"] },
  },
  {
    name: "commits its work and the books with it",
    script: [[WORK, { run: "git add --all && git commit -qm everything" }]],
    expected: { ...FINISHED, commits: ["RQ-0001: Write the file", "everything", "start"] },
  },
  {
    name: "commits work that the gate refuses",
    script: [[{ write: "work.txt", text: "wrong\n" }, { run: "git add work.txt && git commit -qm mine" }]],
    args: ["--max-turns", "1"],
    expected: { ...FAILED, commits: ["mine", "start"], says: ["gate failed"] },
  },
  {
    name: "commits its work where nothing is published",
    script: [[WORK, { run: "git add work.txt && git commit -qm mine" }]],
    args: ["--git-publish-mode", "off"],
    expected: { ...FINISHED, commits: ["mine", "start"], tree: [" M .cueloop/done.jsonc", " M .cueloop/queue.jsonc"] },
  },
  {
    name: "rewrites the last commit",
    script: [[WORK, { run: "git add work.txt && git commit -q --amend -m 'start again'" }]],
    expected: { ...FINISHED, commits: ["RQ-0001: Write the file", "start again"] },
  },
  {
    name: "leaves the tree dirty where everything is committed",
    script: [[WORK, { write: "deep/er/notes.txt", text: "notes\n" }, { run: "git add deep && echo more >> deep/er/notes.txt" }]],
    expected: FINISHED,
    check: (shop) => expect(shop.git("show", "HEAD:deep/er/notes.txt")).toBe("notes\nmore\n"),
  },
  {
    name: "stops git from ignoring what belongs to the machine",
    script: [[WORK, { run: "rm .gitignore" }]],
    expected: {
      ...FINISHED,
      code: 1,
      session: true,
      tree: ["?? .cueloop/cache/", "?? .cueloop/logs/", "?? .cueloop/trust.jsonc"],
      says: [".cueloop/logs/", "not clean"],
    },
  },
  {
    name: "leaves the tree dirty where nothing is published",
    script: [[WORK, { write: "notes.txt", text: "notes\n" }]],
    args: ["--git-publish-mode", "off"],
    expected: {
      ...FINISHED,
      commits: ["start"],
      tree: [" M .cueloop/done.jsonc", " M .cueloop/queue.jsonc", "?? notes.txt", "?? work.txt"],
    },
  },
  {
    name: "stages its work and leaves a lock of git behind",
    script: [[WORK, { run: "git add work.txt && touch .git/index.lock" }]],
    expected: {
      code: 1,
      active: ["RQ-0002 todo"],
      done: ["RQ-0001 done"],
      commits: ["start"],
      tree: [" M .cueloop/done.jsonc", " M .cueloop/queue.jsonc", "A  work.txt"],
      session: true,
      says: ["index.lock", "RQ-0001 is archived", "git commit"],
    },
  },
];

withEveryAgent([...books, ...words, ...git]);
