import { expect, test } from "bun:test";
import { RunLoopOptions, RunTaskOptions, readOptions, settingsOf } from "../../src/api/run-options.ts";
import definitions from "../../src/commands/definitions.json" with { type: "json" };

/** Flags about the terminal, and what a program says otherwise. */
const NOT_FOR_PROGRAMS = ["nonInteractive", "noProgress", "dryRun", "ask", "id"];
/** Options without a flag of the command, `force` being one of the whole program. */
const WITHOUT_FLAG = ["dir", "force", "signal"];

function flagsOf(command: string): string[] {
  const found = definitions.find(({ path }) => path === `cueloop ${command}`);
  const names = (found?.options ?? []).map(({ definition }) => definition.split(",").find((name) => name.startsWith("--")) ?? "");
  return names
    .map(
      (name) =>
        name
          .split(" ")[0]
          ?.slice(2)
          .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) ?? "",
    )
    .filter((name) => name !== "" && !NOT_FOR_PROGRAMS.includes(name));
}

test.each([
  ["run one", RunTaskOptions],
  ["run loop", RunLoopOptions],
] as const)("the options are the flags of `%s`", (command, { entries }) => {
  const options = Object.keys(entries).filter((name) => !WITHOUT_FLAG.includes(name));
  expect(flagsOf(command).length).toBeGreaterThan(30);
  expect(options.sort()).toEqual(flagsOf(command).sort());
});

test("options become the settings that flags become", () => {
  const options = readOptions(RunTaskOptions, "runTask()", {
    runner: "codex",
    modelPhase1: "m",
    effortPhase3: "high",
    quick: true,
    sandbox: "enabled",
    gitPublishMode: "commit",
    limitWait: 0,
  });
  expect(settingsOf(options)).toEqual({
    agent: { runner: "codex", phases: { 1: { model: "m" }, 2: {}, 3: { effort: "high" } }, runnerOptions: { sandbox: "enabled" } },
    includeDraft: false,
    includeNew: false,
    force: false,
    maxTurns: null,
    lfsCheck: false,
    limitWaitHours: 0,
    phaseCount: 1,
    publishMode: "commit",
  });
});
