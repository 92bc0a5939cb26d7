import { expect, test } from "bun:test";
import { noGlobalFlags, splitArguments } from "../../../src/commands/line/words.ts";

const commands = new Set(["queue list", "task add", "task followups apply", "undo", "run one", "script"]);
const isCommand = (path: string) => commands.has(path);
const isGroup = (path: string) => [...commands].some((command) => command.startsWith(`${path} `));
const split = (line: string) => splitArguments(line.split(" "), isCommand, isGroup);

test.each<[string, string[], string[]]>([
  ["queue list --status todo", ["queue", "list"], ["queue", "list", "--status", "todo"]],
  ["queue --force list", ["queue", "list"], ["queue", "list"]],
  ["-v queue list --color never", ["queue", "list"], ["queue", "list"]],
  ["task add done the dishes", ["task", "add"], ["task", "add", "done", "the", "dishes"]],
  ["task followups apply --task X", ["task", "followups", "apply"], ["task", "followups", "apply", "--task", "X"]],
  ["run one -rp=tools", ["run", "one"], ["run", "one", "--repo-prompt=tools"]],
  ["run one -rp off", ["run", "one"], ["run", "one", "--repo-prompt", "off"]],
  ["task add -- --force -rp", ["task", "add"], ["task", "add", "--", "--force", "-rp"]],
  ["--color never script -v a.ts --force -h -- x", ["script"], ["script", "--", "a.ts", "--force", "-h", "--", "x"]],
  ["script --debug - -v", ["script"], ["script", "--debug", "--", "-", "-v"]],
  ["script -- -odd.ts", ["script"], ["script", "--", "-odd.ts"]],
])("%s", (line, path, argv) => {
  expect(split(line)).toMatchObject({ path, argv, unknown: null, group: null, help: false });
});

test("global flags are found wherever they stand", () => {
  expect(split("--force queue -v list --no-color --auto-fix --color=always").globals).toEqual({
    ...noGlobalFlags,
    force: true,
    verbose: true,
    noColor: true,
    autoFix: true,
    color: "always",
  });
  expect(split("queue list --color").globals.color).toBe("");
});

test.each<[string, string | null, string | null, boolean]>([
  ["queue", "queue", null, false],
  ["queue --help", "queue", null, true],
  ["queue lst", "queue", "lst", false],
  ["nothing here", null, "nothing", false],
  ["task followups", "task followups", null, false],
])("%s names no command", (line, group, unknown, help) => {
  expect(split(line)).toMatchObject({ path: [], group, unknown, help });
});

test("help is asked for by either flag, and not behind --", () => {
  expect(split("undo -h").help).toBe(true);
  expect(split("undo --help").argv).toEqual(["undo"]);
  expect(split("task add -- --help").help).toBe(false);
});
