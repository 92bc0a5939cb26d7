import { expect, test } from "bun:test";
import { type PhaseShape, renderPhasePrompt } from "../../src/prompts/phase-prompt.ts";
import { promptInput, TASK, withTemplate } from "./input.ts";

const SHAPES: [string, PhaseShape][] = [
  ["single pass", { kind: "single" }],
  ["planning of two phases", { kind: "planning", totalPhases: 2 }],
  ["planning of three phases", { kind: "planning", totalPhases: 3 }],
  ["implementation of two phases", { kind: "implementation", totalPhases: 2, plan: "THE PLAN with {{ANYTHING}}" }],
  ["implementation of three phases", { kind: "implementation", totalPhases: 3, plan: "THE PLAN with {{ANYTHING}}" }],
  ["review", { kind: "review", phase2Response: "THE ANSWER with {{ANYTHING}}" }],
];

test.each(SHAPES)("the prompt of a %s", (_, shape) => {
  expect(renderPhasePrompt(promptInput(shape))).toMatchSnapshot();
});

test.each(SHAPES)("a %s holds the task verbatim and no placeholder of ours", (_, shape) => {
  const prompt = renderPhasePrompt(promptInput(shape));
  expect(prompt).toContain(JSON.stringify(TASK, null, 2));
  expect(prompt.match(/\{\{(?!FOO\}|ANYTHING\})/g)).toBeNull();
  expect(prompt).not.toContain("\n\n\n");
});

const phase2 = (totalPhases: 2 | 3): PhaseShape => ({ kind: "implementation", totalPhases, plan: "p" });
const review: PhaseShape = { kind: "review", phase2Response: null };
const COMPLETION = "# Checklist: completing RQ-0042";
const ITERATION = "# Checklist: a pass over RQ-0042 that is not the last";
const HANDOFF = "# Checklist: handing RQ-0042 over to the review";

test.each<[string, PhaseShape, number, string]>([
  ["single, last", { kind: "single" }, 2, COMPLETION],
  ["single, not last", { kind: "single" }, 1, ITERATION],
  ["phase 2 of 2, last", phase2(2), 2, COMPLETION],
  ["phase 2 of 2, not last", phase2(2), 1, ITERATION],
  ["phase 2 of 3, last", phase2(3), 2, HANDOFF],
  ["phase 2 of 3, not last", phase2(3), 1, HANDOFF],
  ["review, last", review, 2, COMPLETION],
  ["review, not last", review, 1, ITERATION],
])("%s of two iterations carries its checklist and no other", (_, shape, index, expected) => {
  const prompt = renderPhasePrompt(promptInput(shape, { iteration: { index, count: 2 } }));
  expect([COMPLETION, ITERATION, HANDOFF].filter((heading) => prompt.includes(heading))).toEqual([expected]);
  expect(prompt.includes("## Another pass follows")).toBe(index === 1);
  expect(prompt.includes("## Pass 2 of 2")).toBe(index === 2);
});

test("a person's message ends the prompt, verbatim and unscanned", () => {
  const message = `Use {{X}} and \${Y}.\n\n\n\nNot more than 3 lines. `;
  const prompt = renderPhasePrompt(promptInput({ kind: "single" }, { message }));
  expect(prompt).toEndWith(`never before the rules on bookkeeping.\n\n${message}`);
});

test("a worker in a worktree leaves the queue file alone and hears its run mode", () => {
  const planning = renderPhasePrompt(promptInput({ kind: "planning", totalPhases: 3 }, { worker: true }));
  expect(planning).toContain("Do not edit the queue file in this run.");
  expect(planning).not.toContain("## Refreshing the task");
  expect(renderPhasePrompt(promptInput({ kind: "single" }, { worker: true }))).toContain("Run mode: `parallel-worker`");
});

test("the refresh names the configured queue file", () => {
  const input = promptInput({ kind: "planning", totalPhases: 2 });
  const config = { ...input.config, queue: { ...input.config.queue, file: "tasks/queue.jsonc" } };
  expect(renderPhasePrompt({ ...input, config })).toContain("update that one task in `tasks/queue.jsonc`");
});

test("instruction files stand between the task and the worker text, in their order", () => {
  const instructions = [
    { path: "/repo/AGENTS.md", text: "\nRule one {{NOT_OURS}}\n" },
    { path: "/home/me/house.md", text: "Rule two" },
  ];
  const prompt = renderPhasePrompt(promptInput({ kind: "single" }, { instructions }));
  const order = [
    "# The current task",
    "# Instruction files",
    "## /repo/AGENTS.md\n\nRule one {{NOT_OURS}}\n\n---\n\n## /home/me/house.md",
    "# Your role",
  ];
  const places = order.map((text) => prompt.indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test.each<[PhaseShape, boolean, boolean, boolean, boolean]>([
  [{ kind: "planning", totalPhases: 3 }, true, true, true, true],
  [{ kind: "planning", totalPhases: 3 }, false, true, false, true],
  [{ kind: "single" }, true, true, true, false],
  [phase2(2), false, true, false, false],
  [review, true, false, true, false],
])("%o with tools %p, plan %p: tool reminder %p, planning flow %p", (shape, tools, plan, hasTools, hasPlan) => {
  const prompt = renderPhasePrompt(promptInput(shape, { repoPrompt: { tools, plan } }));
  expect([prompt.includes("## RepoPrompt tools"), prompt.includes("## Planning with RepoPrompt")]).toEqual([hasTools, hasPlan]);
});

test("project-type guidance is given once, also in a review", () => {
  expect(renderPhasePrompt(promptInput(review)).split("## PROJECT TYPE: CODE")).toHaveLength(2);
});

test("a review without guidance in its base prompt keeps its own", () => {
  const templates = { ...withTemplate("worker", "Work.") };
  const prompt = renderPhasePrompt(promptInput(review, { templates }));
  // The worker template lacks the placeholder, so the guidance was appended to it, and the review's copy is cut.
  expect(prompt.split("## PROJECT TYPE: CODE")).toHaveLength(2);
  expect(prompt).toContain("## What has to hold");
});

test("a missing answer of phase 2 is said", () => {
  expect(renderPhasePrompt(promptInput({ kind: "review", phase2Response: " \n" }))).toEndWith(
    "(The answer of phase 2 is not available. Judge by the work tree.)\n",
  );
});

test("a repository's own template with environment, gate and an empty context", () => {
  const text = `Task {{TASK_ID}} for \${TEAM:-core}. Gate: {{config.agent.ci_gate_display}}.\n{{ITERATION_CONTEXT}}\n{{BASE_WORKER_PROMPT}}\n{{CHECKLIST}}\n`;
  const prompt = renderPhasePrompt(promptInput({ kind: "single" }, { templates: withTemplate("worker_single_phase", text) }));
  expect(prompt).toStartWith("Task RQ-0042 for core. Gate: bun test.\n\n# The current task");
  expect(prompt).toContain(`Refunds fail on {{FOO}} and \${BAR}.`);
  const broken = withTemplate("worker_single_phase", text.replace(`\${TEAM:-core}`, "{{TEAM}}"));
  expect(() => renderPhasePrompt(promptInput({ kind: "single" }, { templates: broken }))).toThrow("placeholders without a value: TEAM.");
});

test("a task text with fences cannot break out of its own", () => {
  const task = { ...TASK, description: "```\nnot the end" };
  expect(renderPhasePrompt(promptInput({ kind: "single" }, { task }))).toContain("````json\n{");
});

test.each([
  ["off", "- `off`: leave the changes uncommitted"],
  ["commit", "- `commit`, `commit_and_push`: do not commit and do not push"],
] as const)("publish mode %s is named with its rule", (publishMode, rule) => {
  const prompt = renderPhasePrompt(promptInput({ kind: "single" }, { publishMode }));
  expect(prompt).toContain(`publish mode \`${publishMode}\``);
  expect(prompt).toContain(rule);
});
