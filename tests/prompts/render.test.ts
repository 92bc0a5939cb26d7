import { expect, test } from "bun:test";
import { isCueLoopError } from "../../src/base/errors.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { configText } from "../../src/prompts/config-values.ts";
import { renderTemplate } from "../../src/prompts/render.ts";
import { promptInput } from "./input.ts";

const base = promptInput({ kind: "single" });

function rendering(text: string, variables: Record<string, string> = { TASK_ID: "RQ-0001" }): string {
  return renderTemplate("code_review", { text, file: "/repo/.cueloop/prompts/code_review.md" }, variables, base);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isCueLoopError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
}

test("project-type guidance goes to its placeholder, or to the end", () => {
  expect(rendering("{{PROJECT_TYPE_GUIDANCE}}\n{{TASK_ID}}")).toStartWith("## PROJECT TYPE: CODE");
  expect(rendering("Review {{TASK_ID}}")).toStartWith("Review RQ-0001\n## PROJECT TYPE: CODE");
});

test("a docs project gets the other guidance", () => {
  const sources = { ...base, config: { ...DEFAULTS, project_type: "docs" as const } };
  expect(renderTemplate("worker", { text: "x", file: null }, { TASK_ID: "A-1" }, sources)).toStartWith("x\n## PROJECT TYPE: DOCS");
});

test("a missing required placeholder, an unknown one and a blank task id are named with the file", () => {
  expect(codeOf(() => rendering("Review"))).toBe(
    "prompts.missing_placeholder: The prompt template code_review (/repo/.cueloop/prompts/code_review.md) lacks {{TASK_ID}}.",
  );
  expect(codeOf(() => rendering("{{TASK_ID}} {{team}} {{Other}}"))).toContain("placeholders without a value: OTHER, TEAM.");
  expect(codeOf(() => rendering("{{TASK_ID}}", { TASK_ID: "  " }))).toStartWith("prompts.blank_task_id");
});

test("names of JavaScript's own are not variables", () => {
  expect(codeOf(() => rendering("{{TASK_ID}} {{constructor}} {{config.agent.constructor}}"))).toContain(
    "CONFIG.AGENT.CONSTRUCTOR, CONSTRUCTOR",
  );
});

test("values are trimmed, except the base prompt", () => {
  const text = "[{{PLAN_TEXT}}][{{BASE_WORKER_PROMPT}}]";
  expect(renderTemplate("worker_phase2", { text, file: null }, { PLAN_TEXT: "\n plan \n", BASE_WORKER_PROMPT: " base " }, base)).toBe(
    "[plan][ base ]",
  );
});

test("what an agent would miss, and variables that are not set, are warnings", () => {
  const warnings: string[] = [];
  const sources = { ...base, warn: (message: string) => warnings.push(message) };
  renderTemplate("worker_phase1", { text: `plan \${TEAM}`, file: "/f.md" }, {}, sources);
  expect(warnings).toEqual([
    "The prompt template worker_phase1 (/f.md) lacks {{BASE_WORKER_PROMPT}}: the agent will not see what belongs there.",
    "The prompt template worker_phase1 (/f.md) lacks {{PLAN_PATH}}: the agent will not see what belongs there.",
    `The prompt template worker_phase1 (/f.md) uses \${TEAM}, which is not set; the text was left as it is.`,
  ]);
});

test.each([
  ["agent.ci_gate_display", "bun test"],
  ["agent.ci_gate.display", "bun test"],
  ["agent.ci_gate.enabled", "true"],
  ["agent.ci_gate_enabled", "true"],
  ["agent.git_publish_mode", "commit"],
  ["agent.runner", "pi"],
  ["agent.iterations", "1"],
  ["queue.file", ".cueloop/queue.jsonc"],
  ["queue.id_width", "4"],
  ["project_type", "code"],
  ["version", "2"],
  ["agent.followup_reasoning_effort", null],
  ["agent.runner_cli", null],
  ["agent.ci_gate.argv", null],
  ["agent.webhook.secret", null],
  ["agent.webhook.url", null],
  ["", null],
  ["no.such.path", null],
])("{{config.%s}} is %p", (path, expected) => {
  expect(configText(path, base)).toBe(expected);
});

test("a gate that is off is shown as disabled", () => {
  const off = { ...base, gate: { enabled: false, display: "bun test" } };
  expect([configText("agent.ci_gate.display", off), configText("agent.ci_gate.enabled", off)]).toEqual(["disabled", "false"]);
});
