import { DEFAULTS } from "../../src/config/defaults.ts";
import { builtInTemplates, type Templates } from "../../src/prompts/load.ts";
import type { PhasePromptInput, PhaseShape } from "../../src/prompts/phase-prompt.ts";
import type { TemplateName } from "../../src/prompts/registry.ts";
import type { Task } from "../../src/queue/task.ts";

export const TASK: Task = {
  id: "RQ-0042",
  status: "doing",
  title: "Retry card refunds",
  description: `Refunds fail on {{FOO}} and \${BAR}.`,
  priority: "high",
  tags: ["payments"],
  scope: ["src/refund.ts"],
  evidence: [],
  plan: ["retry", "run the tests"],
  notes: [],
  depends_on: [],
  blocks: [],
  relates_to: [],
  custom_fields: {},
};

export function withTemplate(name: TemplateName, text: string): Templates {
  return { ...builtInTemplates(), [name]: { text, file: `/repo/.cueloop/prompts/${name}.md` } };
}

export function promptInput(shape: PhaseShape, change: Partial<PhasePromptInput> = {}): PhasePromptInput {
  return {
    templates: builtInTemplates(),
    config: DEFAULTS,
    gate: { enabled: true, display: "bun test" },
    publishMode: "commit",
    env: {},
    warn: (message) => {
      throw new Error(`unexpected warning: ${message}`);
    },
    task: TASK,
    instructions: [],
    shape,
    iteration: { index: 1, count: 1 },
    repoPrompt: { tools: false, plan: false },
    worker: false,
    message: null,
    ...change,
  };
}
