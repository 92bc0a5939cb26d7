import { expect, test } from "bun:test";
import { layersOf } from "../../../src/queue/rules/graph.ts";

test.each([
  ["nothing", 2, [], [0, 0]],
  [
    "a chain",
    3,
    [
      [0, 1],
      [1, 2],
    ],
    [2, 1, 0],
  ],
  [
    "a chain the other way",
    3,
    [
      [2, 1],
      [1, 0],
    ],
    [0, 1, 2],
  ],
  [
    "a diamond with a long side",
    5,
    [
      [0, 1],
      [0, 2],
      [2, 3],
      [1, 4],
      [3, 4],
    ],
    [3, 1, 2, 1, 0],
  ],
  [
    "an edge twice",
    2,
    [
      [0, 1],
      [0, 1],
    ],
    [1, 0],
  ],
])("depths of %s", (_, count, pairs, depths) => {
  const layers = layersOf(count, { from: pairs.map(([from = 0]) => from), to: pairs.map(([, to = 0]) => to) });
  expect(layers.kind === "acyclic" ? [...layers.depths] : layers).toEqual(depths);
});

test.each([
  ["a loop", 1, [[0, 0]], [0]],
  [
    "a pair",
    2,
    [
      [0, 1],
      [1, 0],
    ],
    [0, 1],
  ],
  [
    "a cycle behind a tail",
    4,
    [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 1],
    ],
    [1, 2, 3],
  ],
  [
    "a cycle before a tail",
    4,
    [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 3],
    ],
    [0, 1],
  ],
])("cycle of %s", (_, count, pairs, cycle) => {
  const layers = layersOf(count, { from: pairs.map(([from = 0]) => from), to: pairs.map(([, to = 0]) => to) });
  expect(layers).toEqual({ kind: "cyclic", cycle });
});
