import { expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { filterTasks, type TaskFilter } from "../../../src/queue/view/filter.ts";
import { aTask, books } from "../books.ts";

const at = (text: string) => parseTimestamp(text)?.instant ?? 0n;
const of = books(
  [
    aTask("RQ-0001", { tags: [" Net ", "ui"], scope: ["src/Upload"], scheduled_start: "2026-03-05T00:00:00Z" }),
    aTask("RQ-0002", { status: "draft", tags: ["network"], scope: ["docs"], depends_on: ["RQ-0001"] }),
    aTask("RQ-0003", { status: "doing", depends_on: [" RQ-0002 "], scheduled_start: "soon" }),
    aTask("RQ-0004", { depends_on: ["RQ-0005"] }),
  ],
  [aTask("RQ-0005", { status: "done", tags: ["net"], depends_on: ["RQ-0001"] })],
);

const ROWS: readonly (readonly [string, TaskFilter, readonly string[]])[] = [
  ["nothing asked", {}, ["RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004"]],
  ["both files", { files: "both" }, ["RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004", "RQ-0005"]],
  ["the done file", { files: "done" }, ["RQ-0005"]],
  ["one status", { statuses: ["draft"] }, ["RQ-0002"]],
  ["two statuses", { statuses: ["draft", "doing"] }, ["RQ-0002", "RQ-0003"]],
  ["a tag by equality, trimmed, any case", { tags: [" NET"] }, ["RQ-0001"]],
  ["two tags", { tags: ["ui", "network"] }, ["RQ-0001", "RQ-0002"]],
  ["a scope by part, any case", { scopes: ["upload "] }, ["RQ-0001"]],
  ["blank values", { tags: [" "], scopes: [""] }, ["RQ-0001", "RQ-0002", "RQ-0003", "RQ-0004"]],
  ["kinds together", { tags: ["net", "network"], statuses: ["draft"] }, ["RQ-0002"]],
  ["dependents, through others", { dependsOn: " RQ-0001 " }, ["RQ-0002", "RQ-0003"]],
  ["dependents through the done file", { dependsOn: "RQ-0001", files: "both" }, ["RQ-0002", "RQ-0003", "RQ-0004", "RQ-0005"]],
  ["dependents of nobody", { dependsOn: "RQ-0004" }, []],
  ["scheduled", { scheduled: true }, ["RQ-0001", "RQ-0003"]],
  ["scheduled after", { scheduledAfter: at("2026-03-04T23:59:59Z") }, ["RQ-0001"]],
  ["scheduled after means strictly", { scheduledAfter: at("2026-03-05T00:00:00Z") }, []],
  ["scheduled before", { scheduledBefore: at("2026-03-05T00:00:01Z") }, ["RQ-0001"]],
  ["scheduled before means strictly", { scheduledBefore: at("2026-03-05T00:00:00Z") }, []],
];

test.each(ROWS)("%s", (_, filter, ids) => {
  expect(filterTasks(of, filter).map((task) => task.id)).toEqual([...ids]);
});

test("an unknown dependency is an error", () => {
  expect(() => filterTasks(of, { dependsOn: "RQ-0404" })).toThrow("Task not found: RQ-0404");
});

test("a cycle of dependencies ends", () => {
  const cyclic = books([aTask("RQ-0001", { depends_on: ["RQ-0002"] }), aTask("RQ-0002", { depends_on: ["RQ-0001"] })]);
  expect(filterTasks(cyclic, { dependsOn: "RQ-0001" }).map((task) => task.id)).toEqual(["RQ-0002"]);
});
