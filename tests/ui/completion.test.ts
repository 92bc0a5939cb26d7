import { expect, test } from "bun:test";
import { type CompletionCommand, completionCandidates, type Named } from "../../src/ui/completion/candidates.ts";
import { completionScript, SHELLS } from "../../src/ui/completion/scripts.ts";

const command = (path: string, usage: string, options: [string, string][] = []): CompletionCommand => ({
  path,
  summary: `About ${path}.`,
  usage: `cueloop ${path} ${usage}`.trim(),
  options: options.map(([definition, description]) => ({ definition, description })),
});

const commands = [
  command("queue list", "", [
    ["--status #0", "draft|todo|doing: Only these."],
    ["--format #0", "compact|long|json: How."],
    ["-q,--quiet", "No warning."],
    ["--scope #0", "TEXT: Only with this scope."],
    ["--tag #0", "TAG: Only with this tag."],
    ["--filter-deps #0", "ID: Only what depends on this."],
  ]),
  command("queue next", ""),
  command("task status", "<draft|todo> ..."),
  command("task insert", "", [["--input #0", "PATH: The request."]]),
  command("task show", "<TASK_ID>"),
  command("run one", "", [["--profile #0", "NAME: Apply this profile."]]),
  command("undo", "", [["-i,--id #0", "ID: Which snapshot."]]),
];

const values = (...words: string[]) => completionCandidates(commands, words).candidates.map(({ value }) => value);

test.each([
  ["first words", [""], ["queue", "task", "run", "undo"]],
  ["a first word begun", ["ta"], ["task"]],
  ["second words", ["queue", ""], ["list", "next"]],
  ["second word begun", ["queue", "n"], ["next"]],
  ["a global option between", ["--no-color", "queue", "n"], ["next"]],
  ["options", ["queue", "list", "--s"], ["--status", "--scope"]],
  ["all long options", ["queue", "next", "--"], ["--help", "--verbose", "--color", "--no-color"]],
  ["a short option as typed", ["queue", "list", "-q"], ["-q"]],
  ["values behind an option", ["queue", "list", "--format", ""], ["compact", "long", "json"]],
  ["values begun", ["queue", "list", "--format", "l"], ["long"]],
  ["values behind =", ["queue", "list", "--format=l"], ["--format=long"]],
  ["values as bash splits them", ["queue", "list", "--format", "=", "l"], ["long"]],
  ["values right behind the = of bash", ["queue", "list", "--format", "="], ["compact", "long", "json"]],
  ["values of a global option", ["queue", "list", "--color", "a"], ["auto", "always"]],
  ["free text has no values", ["queue", "list", "--scope", ""], []],
  ["a fixed first word", ["task", "status", "t"], ["todo"]],
  ["a fixed first word behind an option", ["task", "status", "--color", "never", "t"], ["todo"]],
  ["behind an unknown word", ["nothing", ""], []],
  ["behind --", ["queue", "list", "--", "--s"], []],
  ["an empty word as older PowerShell sends it", ["queue", '""'], ["list", "next"]],
  ["no words at all", [], ["queue", "task", "run", "undo"]],
])("%s", (_name, words, expected) => {
  expect(values(...words)).toEqual(expected);
});

test("a path asks the shell for files", () => {
  expect(completionCandidates(commands, ["task", "insert", "--input", "x"])).toEqual({ candidates: [], files: true });
  expect(completionCandidates(commands, ["task", "insert", "--input=x"]).files).toBe(true);
});

test.each<[string[], Named, string, string]>([
  [["task", "show", "RQ"], "task", "RQ", ""],
  [["task", "status", "todo", ""], "active task", "", ""],
  [["task", "status", "todo", "RQ-0001", "R"], "active task", "R", ""],
  [["queue", "list", "--filter-deps", ""], "task", "", ""],
  [["queue", "list", "--tag=n"], "tag", "n", "--tag="],
  [["run", "one", "--profile", ""], "profile", "", ""],
  [["undo", "--id", "2"], "snapshot", "2", ""],
])("%j is looked up in the repository", (words, named, partial, prefix) => {
  expect(completionCandidates(commands, words)).toEqual({ candidates: [], files: false, lookup: { named, partial, prefix } });
});

test("words carry a description", () => {
  expect(completionCandidates(commands, ["qu"]).candidates).toEqual([{ value: "queue", description: "list, next" }]);
  expect(completionCandidates(commands, ["queue", "l"]).candidates).toEqual([{ value: "list", description: "About queue list." }]);
});

test.each(SHELLS)("the script for %s is small and asks the executable", (shell) => {
  const script = completionScript(shell);
  expect(script.length).toBeLessThan(5 * 1024);
  expect(script).toContain("__complete -- ");
});
