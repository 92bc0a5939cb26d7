import { describe, expect, test } from "bun:test";
import { expectRefused, readyRepository } from "../support/refusal.ts";
import { task } from "../support/repository.ts";

describe("flags that cannot be", () => {
  test.each([
    ["run one --runner", "`--runner` needs a value"],
    ["run one --id", "`--id` needs a value"],
    ["run one --runner=", "--runner must not be blank"],
    ["run one --model=", "--model must not be blank"],
    ["run one --phases 4", "--phases takes 1, 2 or 3, not `4`.\n"],
    ["run one --quick --phases 2", "--quick and --phases exclude each other"],
    ["run one --effort extreme", "low, medium, high or xhigh"],
    ["run one --max-turns 0", "whole number from 1 on"],
    ["run one --max-turns many", "whole number"],
    ["run one --limit-wait -1", "--limit-wait"],
    ["run one --limit-wait soon", "number of hours"],
    ["run one --git-publish-mode push", "off, commit or commit_and_push"],
    ["run one --git-revert-mode maybe", "ask, enabled or disabled"],
    ["run one --repo-prompt all", "tools, plan or off"],
    ["run one --message hello", "--message needs --id"],
    ["run one --frobnicate", "unknown option `--frobnicate`"],
    ["run one RQ-0001", "RQ-0001"],
    ["run loop --max-tasks some", "--max-tasks takes a whole number"],
    ["run loop --id RQ-0001", "unknown option `--id`"],
    ["run two", "no command `run two`"],
    ["run", "`cueloop run` needs a command"],
    ["run one --color pink", "auto, always or never"],
    ["run one --auto-fix --no-sanity-checks", "exclude each other"],
    ["gate --format yaml", "text or json"],
    ["task diff", "task diff"],
    ["task diff RQ-0001 --phase 4", "1, 2 or 3"],
    ["init --interactive --non-interactive", "exclude each other"],
    ["init --frobnicate", "--frobnicate"],
    ["queue list --profile safe", "unknown option `--profile`"],
  ])("cueloop %s", async (line, words) => {
    using repo = readyRepository();
    const { stderr } = await expectRefused(repo, line, { code: 2, says: [words] });
    expect(stderr).not.toContain("#0");
    for (const row of stderr.split("\n")) expect(row.length).toBeLessThan(280);
  });

  test.each([
    ["--approval-mode", "default, auto_edits, yolo, safe"],
    ["--sandbox", "default, enabled, disabled"],
    ["--verbosity", "quiet, normal, verbose"],
    ["--plan-mode", "default, enabled, disabled"],
    ["--unsupported-option-policy", "ignore, warn, error"],
  ])("run one %s with a value that is none", async (flag, accepted) => {
    using repo = readyRepository();
    await expectRefused(repo, `run one ${flag} wild`, { says: [flag, "wild", accepted] });
  });
});

describe("names that do not exist", () => {
  test.each([
    ["run one --profile fast", ['no profile "fast"', "safe"]],
    ["run loop --profile fast", ['no profile "fast"']],
    ["gate --profile fast", ['no profile "fast"']],
    ["run one --id RQ-9999", ["Task not found: RQ-9999", "cueloop queue list"]],
    ["run one --id nonsense", ["Task not found: nonsense"]],
    ["run one --dry-run --id RQ-9999", ["Task not found: RQ-9999"]],
    ["gate --id RQ-9999", ["Task not found: RQ-9999"]],
    ["task diff RQ-9999", ["Task not found: RQ-9999"]],
    ["task log RQ-9999", ["Task not found: RQ-9999"]],
    ["task diff RQ-0001", ["RQ-0001", "never run"]],
    ["task log RQ-0001", ["No log", "RQ-0001"]],
    ["init --interactive", ["terminal", "--non-interactive"]],
  ])("cueloop %s", async (line, says) => {
    using repo = readyRepository();
    await expectRefused(repo, line, { says });
  });
});

describe("tasks that are not to be run", () => {
  const at = "2026-03-05T10:00:00.000000000Z";
  test.each([
    ["a group", { kind: "group" }, ["RQ-0002 is a group", "parent_id"]],
    ["a draft", { status: "draft" }, ["RQ-0002 is a draft", "cueloop task ready RQ-0002", "--include-draft"]],
    ["one that waits", { depends_on: ["RQ-0001"] }, ["RQ-0002 waits for RQ-0001"]],
    ["one for later", { scheduled_start: "2099-01-01T00:00:00.000000000Z" }, ["RQ-0002 is scheduled for 2099-01-01"]],
  ])("%s, named by its id", async (_name, fields, says) => {
    for (const line of ["run one --id RQ-0002", "run one --dry-run --id RQ-0002"]) {
      using repo = readyRepository({ tasks: [task("RQ-0001"), task("RQ-0002", fields)] });
      await expectRefused(repo, line, { says });
    }
  });

  test("one that is done", async () => {
    using repo = readyRepository({ done: [task("RQ-0002", { status: "done", completed_at: at })] });
    await expectRefused(repo, "run one --id RQ-0002", { says: ["RQ-0002", "done file"] });
  });

  test("a queue with nothing but a draft and a group is no error", async () => {
    using repo = readyRepository({ tasks: [task("RQ-0001", { status: "draft" }), task("RQ-0002", { kind: "group" })] });
    for (const line of ["one", "loop"]) {
      const run = await repo.cueloop("run", line);
      expect(run.code).toBe(0);
      expect(run.stdout).not.toBe("");
    }
  });
});
