import { expect, test } from "bun:test";
import { parseUncommittable } from "../../../src/git/state/uncommittable.ts";

const HASH = "1".repeat(40);

test("conflicts and submodules with changes of their own are found among other changes", () => {
  const records = [
    `1 .M N... 100644 100644 100644 ${HASH} ${HASH} plain file.txt`,
    `2 R. N... 100644 100644 100644 ${HASH} ${HASH} R100 new name`,
    "u name that looks like a conflict",
    `1 .M S.M. 160000 160000 160000 ${HASH} ${HASH} changed inside`,
    `1 .M S..U 160000 160000 160000 ${HASH} ${HASH} untracked inside`,
    `1 .M SC.. 160000 160000 160000 ${HASH} ${HASH} moved on`,
    `u AA N... 000000 100644 100644 100644 ${HASH} ${HASH} ${HASH} both added`,
  ];
  expect(parseUncommittable(records)).toEqual({ unmerged: ["both added"], submodules: ["changed inside", "untracked inside"] });
});
