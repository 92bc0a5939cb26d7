import { describe, expect, test } from "bun:test";
import { parseValue } from "../../../src/base/parse.ts";
import { mergeLayers } from "../../../src/config/layers/merge.ts";
import { ConfigLayer } from "../../../src/config/schema.ts";
import { printedConfig } from "../../../src/config/show/document.ts";
import { toYaml } from "../../../src/config/show/yaml.ts";

const HIDDEN = { showSecrets: false };
const print = (value: unknown, options = HIDDEN) =>
  printedConfig(mergeLayers([parseValue(ConfigLayer, { value, file: "c" }, "layer")]), options);

/** Keys and values of a document as one line. */
const flat = (value: unknown) => JSON.stringify(value);

describe("the printed configuration", () => {
  test("has every key in its order, null for unset, no profiles when there are none", () => {
    expect(flat(print({}))).toBe(
      flat({
        version: 2,
        project_type: "code",
        queue: {
          file: ".cueloop/queue.jsonc",
          done_file: ".cueloop/done.jsonc",
          id_prefix: "RQ",
          id_width: 4,
          size_warning_threshold_kb: 500,
          task_count_warning_threshold: 500,
          max_dependency_depth: 10,
          auto_archive_terminal_after_days: null,
          aging_thresholds: { warning_days: 7, stale_days: 14, rotten_days: 30 },
        },
        agent: {
          runner: "pi",
          model: "openai-codex/gpt-5.4",
          reasoning_effort: "medium",
          iterations: 1,
          followup_reasoning_effort: null,
          codex_bin: "codex",
          opencode_bin: "opencode",
          gemini_bin: "gemini",
          claude_bin: "claude",
          cursor_sdk_node_bin: "node",
          cursor: null,
          kimi_bin: "kimi",
          pi_bin: "pi",
          claude_permission_mode: "accept_edits",
          runner_cli: {
            defaults: {
              output_format: "stream_json",
              verbosity: "normal",
              approval_mode: "default",
              sandbox: "default",
              plan_mode: "default",
              unsupported_option_policy: "warn",
            },
            runners: {
              codex: {
                output_format: null,
                verbosity: null,
                approval_mode: null,
                sandbox: "disabled",
                plan_mode: null,
                unsupported_option_policy: null,
              },
              claude: {
                output_format: null,
                verbosity: "verbose",
                approval_mode: null,
                sandbox: null,
                plan_mode: null,
                unsupported_option_policy: null,
              },
            },
          },
          phase_overrides: {
            phase1: { model: "openai-codex/gpt-5.5", reasoning_effort: "medium" },
            phase2: { model: "openai-codex/gpt-5.4", reasoning_effort: "medium" },
            phase3: { model: "openai-codex/gpt-5.5", reasoning_effort: "medium" },
          },
          instruction_files: null,
          repoprompt_plan_required: false,
          repoprompt_tool_injection: false,
          ci_gate: { enabled: false, argv: ["make", "ci"] },
          git_revert_mode: "ask",
          git_publish_mode: "off",
          phases: 3,
          notification: {
            enabled: true,
            notify_on_complete: true,
            notify_on_fail: true,
            notify_on_loop_complete: true,
            notify_on_watch_new_tasks: true,
            suppress_when_active: true,
            sound_enabled: false,
            sound_path: null,
            timeout_ms: 8000,
          },
          webhook: {
            enabled: null,
            url: null,
            allow_insecure_http: null,
            allow_private_targets: null,
            secret: null,
            events: null,
            timeout_secs: null,
            retry_count: null,
            retry_backoff_ms: null,
            queue_capacity: null,
            parallel_queue_multiplier: null,
            queue_policy: null,
          },
          session_timeout_hours: 24,
          scan_prompt_version: "v2",
          runner_retry: { max_attempts: null, base_backoff_ms: null, multiplier: null, max_backoff_ms: null, jitter_ratio: null },
        },
        parallel: {
          workers: null,
          workspace_root: null,
          max_push_attempts: 50,
          push_backoff_ms: [500, 2000, 5000, 10000],
          workspace_retention_hours: 24,
          ignored_file_allowlist: null,
        },
        loop: {
          wait_when_empty: false,
          empty_poll_ms: 30000,
          wait_when_blocked: false,
          wait_poll_ms: 1000,
          wait_timeout_seconds: 0,
          notify_when_unblocked: false,
        },
        plugins: { plugins: {} },
      }),
    );
  });

  test("does not depend on the order in the file", () => {
    const written = { agent: { phases: 1, runner: "codex", webhook: { url: "u", enabled: false } }, queue: { id_width: 5, file: "q" } };
    const reversed = { queue: { file: "q", id_width: 5 }, agent: { webhook: { enabled: false, url: "u" }, runner: "codex", phases: 1 } };
    expect(flat(print(written))).toBe(flat(print(reversed)));
  });

  test("sorts maps: runners by catalogue, then plugins; the others by name", () => {
    const runners = Object.fromEntries(["zed", "pi", "claude", "kimi", "acme", "gemini", "cursor", "opencode"].map((id) => [id, {}]));
    const document = print({
      agent: { runner_cli: { runners }, cursor: { model_params: { b: "1", a: true } } },
      plugins: { plugins: { b: {}, a: { enabled: true } } },
      profiles: { b: {}, a: {} },
    });
    const text = flat(document);
    expect(text).toContain('"cursor":{"model_params":{"a":true,"b":"1"}}');
    expect(text).toContain('"plugins":{"plugins":{"a":{"enabled":true,"config":null},"b":{"enabled":null,"config":null}}}');
    const order = ["codex", "opencode", "gemini", "cursor", "claude", "kimi", "pi", "acme", "zed"].map((id) =>
      text.indexOf(`"${id}":{"output_format"`),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(text.indexOf('"profiles":{"a"')).toBeGreaterThan(0);
  });

  test("prints a profile with every key of agent", () => {
    const document = print({ profiles: { night: { phases: 2, phase_overrides: { phase2: { model: "m" } }, ci_gate: { enabled: true } } } });
    const text = flat(document["profiles"]);
    expect(text).toStartWith('{"night":{"runner":null,"model":null,"reasoning_effort":null,"iterations":null,');
    expect(text).toContain('"runner_cli":null,"phase_overrides":{"phase2":{"model":"m"}},"instruction_files":null');
    expect(text).toContain(
      '"ci_gate":{"enabled":true,"argv":null},"git_revert_mode":null,"git_publish_mode":null,"phases":2,"notification":{"enabled":null,',
    );
  });

  test("hides secrets unless asked, in profiles too", () => {
    const value = { agent: { webhook: { secret: "s3cret" } }, profiles: { a: { webhook: { secret: "s3cret" } } } };
    expect(flat(print(value))).not.toContain("s3cret");
    expect(flat(print(value)).match(/\[REDACTED\]/g)?.length).toBe(2);
    expect(flat(print(value, { showSecrets: true })).match(/s3cret/g)?.length).toBe(2);
  });
});

describe("YAML", () => {
  test("is block style with dashes at the indentation of their key", () => {
    const value = { a: 1, b: { c: [1, "x"], d: {}, e: [] }, f: null, g: true, h: [{ i: 1, j: [2] }], "k l": 0.5 };
    expect(toYaml(value)).toBe("a: 1\nb:\n  c:\n  - 1\n  - x\n  d: {}\n  e: []\nf: null\ng: true\nh:\n- i: 1\n  j:\n  - 2\nk l: 0.5\n");
  });

  test.each([
    "off",
    "no",
    "Yes",
    "true",
    "null",
    "~",
    "y",
    "12",
    "1_000",
    "0x1f",
    "1.5",
    ".5",
    "-3",
    "2026-01-01",
    "",
    " a",
    "a ",
    "a: b",
    "- a",
    "#a",
    "a #b",
    "[a",
    "{a",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "'a",
    '"a',
    "a\nb",
    "?",
    "| x",
    ".inf",
    "=",
    "<<",
  ])("quotes %p", (text) => {
    expect(toYaml({ a: text })).toBe(`a: ${JSON.stringify(text)}\n`);
  });

  test.each(["pi", "openai-codex/gpt-5.4", ".cueloop/queue.jsonc", "commit_and_push", "make ci", "~/notes.md", "/usr/bin/x"])(
    "leaves %p bare",
    (text) => {
      expect(toYaml({ a: text })).toBe(`a: ${text}\n`);
    },
  );

  test("of the whole configuration reads back as the same", () => {
    const document = print({ agent: { git_publish_mode: "off", instruction_files: ["a: b", "1"] }, profiles: { off: { model: "yes" } } });
    const read: unknown = Bun.YAML.parse(toYaml(document));
    expect(read).toEqual(JSON.parse(flat(document)));
  });
});
