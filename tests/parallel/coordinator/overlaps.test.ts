import { expect, test } from "bun:test";
import { type Footprint, overlapsWith } from "../../../src/parallel/coordinator/scheduling/overlaps.ts";

const footprint = (id: string, paths: string[], from: number, to: number, scope: string[] = []): Footprint => ({
  task: { id, scope },
  paths,
  from,
  to,
});

test.each<[string, Footprint, Footprint, { paths: string[]; declared: boolean } | null]>([
  ["a shared path", footprint("RQ-1", ["a", "b"], 0, 10), footprint("RQ-2", ["b", "c"], 5, 15), { paths: ["b"], declared: false }],
  ["declared", footprint("RQ-1", ["a"], 0, 10, ["a"]), footprint("RQ-2", ["a"], 5, 15, ["a"]), { paths: ["a"], declared: true }],
  ["one after the other", footprint("RQ-1", ["a"], 0, 5), footprint("RQ-2", ["a"], 5, 15), null],
  ["nothing shared", footprint("RQ-1", ["a"], 0, 10), footprint("RQ-2", ["b"], 5, 15), null],
])("%s", (_name, earlier, made, expected) => {
  expect(overlapsWith([earlier], made)).toEqual(expected === null ? [] : [{ tasks: ["RQ-1", "RQ-2"], ...expected }]);
});
