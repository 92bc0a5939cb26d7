import { expect, test } from "bun:test";
import { differsOnlyInOurLines } from "../../../src/run/start/gitignore.ts";

test.each([
  ["", "# Files of CueLoop that stay here\n.cueloop/cache/\n", true],
  ["dist/\n.ralph/\n", "dist/\n\n# CueLoop\n.cueloop/\n", true],
  ["dist/\n", "dist/\n", true],
  ["dist/\n", "dist/\nsecrets/\n.cueloop/\n", false],
  ["dist/\n", ".cueloop/\n", false],
])("%j to %j: %p", (before, after, expected) => expect(differsOnlyInOurLines(before, after)).toBe(expected));
