import { expect, test } from "bun:test";
import type { WorktreeRow } from "../../../src/parallel/leftovers/overview.ts";
import { worktreeListText } from "../../../src/ui/views/worktree.ts";

const ROW: WorktreeRow = {
  taskId: "RQ-0001",
  branch: "cueloop/RQ-0001",
  path: null,
  state: "left over",
  ahead: 1,
  dirty: 0,
  untracked: 0,
  nested: [],
  goesOn: false,
  createdAt: null,
  salvage: [],
  bytes: 0,
  worktree: null,
};
const KEPT = { taskId: "RQ-0001", ref: "refs/cueloop/salvage/RQ-0001/2026", createdAt: "2026-11-20T08:00:00Z", commit: "0".repeat(40) };
const GC = "cueloop worktree gc --dry-run";
const RECOVER = "cueloop worktree recover RQ-0001";

test.each<[Partial<WorktreeRow>, string[]]>([
  [{ state: "running" }, []],
  [{ state: "integrating" }, []],
  [{ state: "blocked" }, ["cueloop run parallel retry --task RQ-0001"]],
  [{ state: "held" }, ["git merge cueloop/RQ-0001"]],
  [{ goesOn: true }, ["cueloop run loop --parallel", GC]],
  [{}, [RECOVER, GC]],
  [{ ahead: 0 }, [GC]],
  [{ state: "blocked", salvage: [KEPT] }, ["cueloop run parallel retry --task RQ-0001", RECOVER]],
])("with %j the list names what goes on with it", (fields, commands) => {
  const text = worktreeListText([{ ...ROW, ...fields }], 0n, false);
  const named = [...text.matchAll(/^ {2}\d+\. (.*?) — /gm)].map(([, command]) => command ?? "");
  expect(named).toEqual(commands);
});
