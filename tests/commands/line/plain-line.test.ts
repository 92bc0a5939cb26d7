import { expect, test } from "bun:test";
import fc from "fast-check";
import type { BaseCommand } from "../../../src/commands/frame/base.ts";
import { parseCommand } from "../../../src/commands/line/parser.ts";
import { parsePlain } from "../../../src/commands/line/plain-line.ts";
import { registry } from "../../../src/commands/registry.ts";

const WORDS = [
  ["RQ-0001", "a title", "", "todo", "7", "x=y", "queue", "-", "--", "-7d", "-x", "-vq", "--nothing", "--no-quiet", "--help=1"],
  ["--status", "--status=todo", "--status=", "--tag", "-t", "-t=a", "--format", "--format=json", "--limit", "-q", "--quiet", "--quiet=1"],
  ["-d", "--plan", "--after", "--first", "--parallel", "--parallel=3", "--max-tasks", "--id", "--dry-run", "--note", "-p", "--no-wait"],
].flat();

/** The values of a command's own fields, without what clipanion leaves on it for itself. */
function fields(command: BaseCommand): Record<string, unknown> {
  return Object.fromEntries(Object.entries(command).filter(([key]) => key !== "context" && key !== "path"));
}

const commands = await Promise.all(
  Object.entries(registry).map(async ([path, entry]) => ({ path: path.split(" "), type: (await entry.load()).default })),
);

test("a line that is read without clipanion means the same to it", () => {
  let read = 0;
  const line = fc.tuple(fc.constantFrom(...commands), fc.array(fc.constantFrom(...WORDS), { maxLength: 5 }));
  fc.assert(
    fc.property(line, ([{ path, type }, words]) => {
      const argv = [...path, ...words];
      const plain = parsePlain(type, argv);
      if (plain === null) return;
      read += 1;
      expect(fields(plain)).toEqual(fields(parseCommand(type, argv)));
    }),
    { numRuns: 3_000 },
  );
  expect(read).toBeGreaterThan(200);
});

test.each([
  ["queue list", []],
  ["queue list", ["--status", "todo", "--status=doing", "-q", "--limit", "5"]],
  ["task add", ["One", "more", "-p", "high", "--plan", "Look", "--plan", "Change", "--first"]],
  ["task show", ["RQ-0001", "--format", "json"]],
  ["task details", ["RQ-0001"]],
  ["task status", ["todo", "RQ-0001", "RQ-0002"]],
  ["run one", ["--id", "RQ-0001"]],
])("%s %j needs no clipanion", (path, words) => {
  const found = commands.find((command) => command.path.join(" ") === path);
  if (found === undefined) throw new Error(path);
  const plain = parsePlain(found.type, [...found.path, ...words]);
  if (plain === null) throw new Error("left to clipanion");
  expect(fields(plain)).toEqual(fields(parseCommand(found.type, [...found.path, ...words])));
});

test.each([
  ["queue list", ["--nothing"]],
  ["queue list", ["word"]],
  ["queue list", ["--limit"]],
  ["queue list", ["--limit", "-5"]],
  ["queue list", ["--quiet=yes"]],
  ["task show", []],
  ["task show", ["RQ-0001", "RQ-0002"]],
  ["task add", ["--", "--title"]],
  ["task add", ["-d", "-"]],
])("%s %j is left to clipanion", (path, words) => {
  const found = commands.find((command) => command.path.join(" ") === path);
  if (found === undefined) throw new Error(path);
  expect(parsePlain(found.type, [...found.path, ...words])).toBeNull();
});
