import { describe, expect, test } from "bun:test";
import { formatPath, parseValue } from "../../../src/base/parse.ts";
import { mergeLayers } from "../../../src/config/layers/merge.ts";
import { ConfigLayer } from "../../../src/config/schema.ts";
import { clampConfig } from "../../../src/config/validate/clamp.ts";
import { findProblem } from "../../../src/config/validate/config.ts";

const merged = (value: unknown) => mergeLayers([parseValue(ConfigLayer, { value, file: "config.jsonc" }, "layer")]);

/** `path: text` of the first problem, or null. */
function problemOf(value: unknown): string | null {
  const problem = findProblem(merged(value));
  return problem === null ? null : `${formatPath(problem.path)} ${problem.text}`;
}

test("the defaults are valid and in range", () => {
  expect(problemOf({})).toBeNull();
  expect(clampConfig(merged({})).warnings).toEqual([]);
});

describe("refused outside of", () => {
  test.each([
    ["queue", "id_width", 1, 255],
    ["queue", "size_warning_threshold_kb", 100, 10_000],
    ["queue", "task_count_warning_threshold", 50, 5000],
    ["queue", "max_dependency_depth", 1, 100],
    ["queue", "auto_archive_terminal_after_days", 0, 3650],
    ["agent", "iterations", 1, 255],
    ["agent", "phases", 1, 3],
    ["parallel", "workers", 1, 255],
  ])("%s.%s %d to %d", (section, key, min, max) => {
    const at = (value: number) => problemOf({ [section]: { [key]: value } });
    expect(at(min)).toBeNull();
    expect(at(max)).toBeNull();
    if (min > 0) expect(at(min - 1)).toBe(`${section}.${key} is ${min - 1}, must be ${min} to ${max}`);
    if (max < 255) expect(at(max + 1)).toBe(`${section}.${key} is ${max + 1}, must be ${min} to ${max}`);
  });

  test("agent.session_timeout_hours at least 1", () => {
    expect(problemOf({ agent: { session_timeout_hours: 0 } })).toBe("agent.session_timeout_hours is 0, must be at least 1");
    expect(problemOf({ agent: { session_timeout_hours: 10_000_000 } })).toBeNull();
  });

  test.each([
    ["timeout_secs", 1, 300],
    ["retry_count", 0, 10],
    ["retry_backoff_ms", 100, 30_000],
    ["queue_capacity", 10, 10_000],
    ["parallel_queue_multiplier", 1, 10],
  ])("agent.webhook.%s %d to %d, although it is not enabled", (key, min, max) => {
    const at = (value: number) => problemOf({ agent: { webhook: { [key]: value } } });
    expect(at(min)).toBeNull();
    expect(at(max)).toBeNull();
    if (min > 0) expect(at(min - 1)).toContain(`agent.webhook.${key} is ${min - 1}`);
    expect(at(max + 1)).toContain(`must be ${min} to ${max}`);
  });
});

describe("moved into", () => {
  test.each([
    [{ agent: { notification: { timeout_ms: 10 } } }, "`agent.notification.timeout_ms` is 10, outside 1000 to 60000; 1000 is used."],
    [
      { agent: { notification: { timeout_ms: 70_000 } } },
      "`agent.notification.timeout_ms` is 70000, outside 1000 to 60000; 60000 is used.",
    ],
    [{ agent: { runner_retry: { max_attempts: 0 } } }, "`agent.runner_retry.max_attempts` is 0, outside 1 to 20; 1 is used."],
    [
      { agent: { runner_retry: { base_backoff_ms: 600_001 } } },
      "`agent.runner_retry.base_backoff_ms` is 600001, outside 0 to 600000; 600000 is used.",
    ],
    [{ agent: { runner_retry: { multiplier: 0.5 } } }, "`agent.runner_retry.multiplier` is 0.5, outside 1 to 10; 1 is used."],
    [
      { agent: { runner_retry: { max_backoff_ms: 700_000 } } },
      "`agent.runner_retry.max_backoff_ms` is 700000, outside 0 to 600000; 600000 is used.",
    ],
    [{ agent: { runner_retry: { jitter_ratio: -1 } } }, "`agent.runner_retry.jitter_ratio` is -1, outside 0 to 1; 0 is used."],
    [
      { queue: { aging_thresholds: { rotten_days: 9999 } } },
      "`queue.aging_thresholds.rotten_days` is 9999, outside 0 to 3650; 3650 is used.",
    ],
    [{ parallel: { max_push_attempts: 0 } }, "`parallel.max_push_attempts` is 0, outside 1 to 255; 1 is used."],
    [{ parallel: { workspace_retention_hours: 0 } }, "`parallel.workspace_retention_hours` is 0, outside at least 1; 1 is used."],
    [{ loop: { empty_poll_ms: 1 } }, "`loop.empty_poll_ms` is 1, outside at least 50; 50 is used."],
    [{ loop: { wait_poll_ms: 1 } }, "`loop.wait_poll_ms` is 1, outside at least 50; 50 is used."],
  ])("range: %o", (value, warning) => {
    expect(problemOf(value)).toBeNull();
    const clamped = clampConfig(merged(value));
    expect(clamped.warnings).toEqual([warning]);
    expect(clampConfig(clamped.config).warnings).toEqual([]);
  });
});

describe("refused", () => {
  test.each([
    [{ queue: { id_prefix: "  " } }, "queue.id_prefix must not be blank"],
    [{ queue: { file: "" } }, "queue.file must not be blank"],
    [{ queue: { done_file: "" } }, "queue.done_file must not be blank"],
    [
      { queue: { aging_thresholds: { warning_days: 9, stale_days: 9 } } },
      "queue.aging_thresholds.warning_days is 9, must be less than `stale_days` (9)",
    ],
    [
      { queue: { aging_thresholds: { stale_days: 20, rotten_days: 10 } } },
      "queue.aging_thresholds.stale_days is 20, must be less than `rotten_days` (10)",
    ],
    [{ parallel: { workspace_root: " " } }, "parallel.workspace_root must not be blank"],
    [{ parallel: { workspace_root: "a/../b" } }, 'parallel.workspace_root is "a/../b", must not contain `..`'],
    [
      { parallel: { ignored_file_allowlist: ["a", "/b"] } },
      'parallel.ignored_file_allowlist[1] ("/b") must be relative to the repository root',
    ],
    [{ agent: { instruction_files: ["A.md", " "] } }, "agent.instruction_files[1] must not be blank"],
    [{ agent: { kimi_bin: " " } }, "agent.kimi_bin must not be blank"],
    [{ agent: { cursor_sdk_node_bin: "" } }, "agent.cursor_sdk_node_bin must not be blank"],
    [{ agent: { ci_gate: { enabled: true, argv: [] } } }, "agent.ci_gate.argv is empty while the gate is enabled"],
    [{ profiles: { " ": {} } }, 'profiles.  has the name " ", which is blank or has blanks around it'],
    [{ profiles: { "a ": {} } }, 'profiles.a  has the name "a ", which is blank or has blanks around it'],
    [{ profiles: { safe: {} } }, "profiles.safe takes a name that is built in (safe, power-user)"],
    [{ profiles: { "power-user": {} } }, "profiles.power-user takes a name that is built in (safe, power-user)"],
    [{ profiles: { a: { phases: 4 } } }, "profiles.a.phases is 4, must be 1 to 3"],
    [{ profiles: { a: { iterations: 0 } } }, "profiles.a.iterations is 0, must be 1 to 255"],
    [{ profiles: { a: { session_timeout_hours: 0 } } }, "profiles.a.session_timeout_hours is 0, must be at least 1"],
    [{ profiles: { a: { instruction_files: [""] } } }, "profiles.a.instruction_files[0] must not be blank"],
    [{ profiles: { a: { pi_bin: "" } } }, "profiles.a.pi_bin must not be blank"],
    [{ profiles: { a: { ci_gate: { enabled: true, argv: [" "] } } } }, "profiles.a.ci_gate.argv[0] must not be blank"],
    [{ profiles: { a: { webhook: { retry_count: 11 } } } }, "profiles.a.webhook.retry_count is 11, must be 0 to 10"],
  ])("%o", (value, expected) => {
    expect(problemOf(value)).toBe(expected);
  });

  test("the first problem in the order queue, agent, parallel, programs, profiles", () => {
    const all = {
      profiles: { safe: {} },
      agent: { pi_bin: "", phases: 0 },
      parallel: { workers: 0 },
      queue: { id_width: 0, aging_thresholds: { warning_days: 9, stale_days: 9 } },
    };
    expect(problemOf(all)).toContain("queue.id_width");
    expect(problemOf({ ...all, queue: { aging_thresholds: all.queue.aging_thresholds } })).toContain("warning_days");
    expect(problemOf({ ...all, queue: {} })).toContain("agent.phases");
    expect(problemOf({ ...all, queue: {}, agent: { pi_bin: "" } })).toContain("parallel.workers");
    expect(problemOf({ ...all, queue: {}, agent: { pi_bin: "" }, parallel: {} })).toContain("agent.pi_bin");
    expect(problemOf({ profiles: { safe: {} } })).toContain("profiles.safe");
  });

  test.each([
    [{ queue: { id_prefix: "", id_width: 0 } }, "queue.id_prefix"],
    [{ queue: { id_width: 0, file: "" } }, "queue.id_width"],
    [{ queue: { done_file: "", max_dependency_depth: 0 } }, "queue.done_file"],
    [{ agent: { phases: 0, iterations: 0 } }, "agent.phases"],
    [{ agent: { session_timeout_hours: 0 }, parallel: { workers: 0, workspace_root: "" } }, "parallel.workers"],
    [{ agent: { session_timeout_hours: 0 }, parallel: { workspace_root: "" } }, "parallel.workspace_root"],
    [{ agent: { session_timeout_hours: 0, pi_bin: "" } }, "agent.session_timeout_hours"],
  ])("of %o first %s", (value, key) => {
    expect(problemOf(value)?.split(" ")[0]).toBe(key);
  });

  test("not a profile that only switches the gate on: the program comes from below", () => {
    expect(problemOf({ profiles: { a: { ci_gate: { enabled: true } } } })).toBeNull();
  });
});
