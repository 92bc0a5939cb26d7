import { describe, expect, test } from "bun:test";
import { causeChain } from "../../../src/base/errors.ts";
import { readLayer } from "../../../src/config/layers/read.ts";
import { errorOf } from "../../support/errors.ts";
import { Repository } from "../../support/repository.ts";

function read(text: string) {
  using repository = new Repository({ git: false });
  return readLayer(repository.write({ "config.jsonc": text }).path("config.jsonc"), "project");
}

test("a file that does not exist is no layer", () => {
  using repository = new Repository({ git: false });
  expect(readLayer(repository.path("config.jsonc"), "global")).toBeNull();
});

test.each([
  ["comments and trailing commas", '{ // c\n "agent": { "phases": 1, /* d */ }, }'],
  ["unquoted and single-quoted keys", "{ agent: { 'phases': 1 } }"],
  ["duplicate keys, the last one holds", '{ "agent": { "phases": 2 }, "agent": { "phases": 1 } }'],
  ["the schema's address", '{ "$schema": "https://example.org/s.json", "agent": { "phases": 1 } }'],
  ["version 2", '{ "version": 2, "agent": { "phases": 1 } }'],
])("%s are read", (_name, text) => {
  expect(read(text)?.layer.agent).toEqual({ phases: 1 });
});

test.each([
  ["  Codex ", "codex"],
  ["CLAUDE", "claude"],
  [" Acme.Relay ", "Acme.Relay"],
])("the runner %p is %p", (written, expected) => {
  expect(read(JSON.stringify({ agent: { runner: written } }))?.layer.agent?.runner).toBe(expected);
});

describe("a layer is refused for", () => {
  test.each([
    ["an empty file", "", ["empty"]],
    ["only a comment", "// nothing", ["empty"]],
    ["a second value", "{} {}", ["after the end"]],
    ["a list at the root", "[]", ["object"]],
    ["text at the root", '"x"', ["object"]],
    ["an unknown key", '{ "agnet": {} }', ["`agnet`", "config.jsonc:1:3"]],
    ["an unknown key of a section", '{ "agent": {\n "phasess": 1 } }', ["`agent.phasess`", "config.jsonc:2:2"]],
    ["an unknown key of a profile", '{ "profiles": { "a": { "queue": {} } } }', ["`profiles.a.queue`"]],
    ["an unknown key of a plugin", '{ "plugins": { "plugins": { "a.b": { "on": true } } } }', ["on"]],
    ["a list for a section", '{ "queue": [] }', ["`queue`", "object"]],
    ["text for a number", '{ "agent": { "phases": "2" } }', ["`agent.phases`", "a number"]],
    ["a fraction for an integer", '{ "agent": { "phases": 1.5 } }', ["integer", "1.5"]],
    ["a negative integer", '{ "queue": { "id_width": -1 } }', ["at least 0"]],
    ["more than 8 bits", '{ "queue": { "id_width": 256 } }', ["at most 255"]],
    ["more than 32 bits", '{ "queue": { "size_warning_threshold_kb": 4294967296 } }', ["at most 4294967295"]],
    ["an enum in capitals", '{ "agent": { "git_publish_mode": "Off" } }', ["off, commit, commit_and_push"]],
    ["an enum with a dash", '{ "agent": { "git_publish_mode": "commit-and-push" } }', ["off, commit, commit_and_push"]],
    ["an unknown event", '{ "agent": { "webhook": { "events": ["task_done"] } } }', ["task_completed", "[0]"]],
    ["a blank runner", '{ "agent": { "runner": " " } }', ["blank"]],
    ["a blank model", '{ "agent": { "model": "" } }', ["blank"]],
    ["a blank runner in the options", '{ "agent": { "runner_cli": { "runners": { " ": {} } } } }', ["blank"]],
    ["a number among the arguments", '{ "agent": { "ci_gate": { "argv": ["a", 1] } } }', ["[1]"]],
    ...["queue", "agent", "parallel", "loop", "plugins"].map((key): [string, string, string[]] => [
      `null for ${key}`,
      `{ "${key}": null }`,
      [`\`${key}\``],
    ]),
    ...["notification", "webhook", "runner_retry"].map((key): [string, string, string[]] => [
      `null for ${key}`,
      `{ "agent": { "${key}": null } }`,
      [`\`agent.${key}\``],
    ]),
    ["null for the default options", '{ "agent": { "runner_cli": { "defaults": null } } }', ["defaults"]],
    ["null for the runners' options", '{ "agent": { "runner_cli": { "runners": null } } }', ["runners"]],
    ["null for the plugins' map", '{ "plugins": { "plugins": null } }', ["plugins.plugins"]],
  ])("%s", async (_name, text, mentions) => {
    const error = await errorOf(() => read(text));
    expect(error.code).toBe("config.layer");
    const message = causeChain(error).join(": ");
    for (const mention of ["config.jsonc", ...mentions]) expect(message).toContain(mention);
  });

  test("an unknown key, with the accepted ones and the nearest", async () => {
    const error = await errorOf(() => read('{ "agent": { "phasess": 1 } }'));
    expect(error.hint).toContain("Did you mean `phases`?");
    expect(error.hint).toContain("git_publish_mode");
    expect(error.where).toMatchObject({ line: 1, column: 14, path: "agent.phasess" });
  });

  test.each(["cursor", "runner_cli", "phase_overrides", "ci_gate", "instruction_files"])("not for null in agent.%s", (key) => {
    expect(read(`{ "agent": { "${key}": null } }`)?.layer.agent).toEqual({});
  });

  test("not for null in profiles or aging_thresholds", () => {
    expect(read('{ "profiles": null, "queue": { "aging_thresholds": null } }')?.layer).toEqual({ queue: {} });
  });
});

describe("what older programs wrote", () => {
  test.each([
    ['{ "version": 1 }', "config.version", ["Set `version` to 2"]],
    ['{ "version": 3 }', "config.version", ["newer program"]],
    [
      '{ "version": 1, "agent": { "git_commit_push_enabled": true } }',
      "config.layer",
      ['"git_publish_mode": "commit_and_push"', "Set `version` to 2"],
    ],
    ['{ "agent": { "git_commit_push_enabled": false } }', "config.layer", ['"git_publish_mode": "off"']],
    ['{ "profiles": { "a": { "git_commit_push_enabled": false } } }', "config.layer", ["`profiles.a.git_commit_push_enabled`"]],
    ['{ "agent": { "ci_gate_command": "make ci" } }', "config.layer", ['"ci_gate": {"enabled": true']],
    ['{ "agent": { "ci_gate_enabled": false } }', "config.layer", ['"ci_gate": {"enabled": false}']],
    ['{ "agent": { "update_task_before_run": true } }', "config.layer", ["Delete `agent.update_task_before_run`"]],
    ['{ "agent": { "fail_on_prerun_update_error": true } }', "config.layer", ["Delete `agent.fail_on_prerun_update_error`"]],
    ['{ "agent": { "reasoning_effort": "minimal" } }', "config.layer", ["`low`"]],
    [
      '{ "agent": { "phase_overrides": { "phase1": { "reasoning_effort": "minimal" } } } }',
      "config.layer",
      ["phase_overrides.phase1", "`low`"],
    ],
    ['{ "parallel": { "worktree_root": "x" } }', "config.layer", ["Rename `parallel.worktree_root`"]],
    ['{ "parallel": { "auto_pr": true, "merge_runner": {} } }', "config.layer", ["`auto_pr`, `merge_runner`"]],
  ])("%s says what to do by hand", async (text, code, mentions) => {
    const error = await errorOf(() => read(text));
    expect(error.code).toBe(code);
    for (const mention of mentions) expect(error.hint).toContain(mention);
    if (code === "config.layer" && error.message.includes("unknown key")) expect(error.hint).toContain("The accepted keys are");
    expect(error.hint).not.toContain("migrate");
  });

  test.each(['{ "version": 2.0 }', '{ "agent": { "phases": 2e0 } }', '{ "parallel": { "push_backoff_ms": [1, 2.0] } }'])(
    "%s: only an integer is one",
    async (text) => {
      expect((await errorOf(() => read(text))).message).toContain("cannot be loaded");
    },
  );

  test.each([
    '{ "agent": { "webhook": { "parallel_queue_multiplier": 2.0 }, "runner_retry": { "multiplier": 1.5, "jitter_ratio": 1e-1 } } }',
    '{ "plugins": { "plugins": { "x": { "config": { "a": 1.0 } } } }, "agent": { "phases": 0x2 } }',
  ])("%s: fractions where they may be", (text) => {
    expect(read(text)).not.toBeNull();
  });

  test("cursor_bin still loads", () => {
    expect(read('{ "agent": { "cursor_bin": "cursor" } }')?.layer.agent).toEqual({ cursor_bin: "cursor" });
  });
});
