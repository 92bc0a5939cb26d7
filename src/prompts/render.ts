import type { Environment } from "../base/context.ts";
import { CueLoopError } from "../base/errors.ts";
import { configText, type PromptSettings } from "./config-values.ts";
import { expandTemplate, placeholdersOf } from "./expand.ts";
import type { Template } from "./load.ts";
import { projectGuidance } from "./project-guidance.ts";
import { TEMPLATES, type TemplateName } from "./registry.ts";

export interface RenderSources extends PromptSettings {
  readonly env: Environment;
  /** Told of what a person should know and a run can do without. */
  warn(message: string): void;
  /** Gives a rendered template its last form; left out: it stays as it is. */
  readonly finish?: FinishPrompt;
}

export type FinishPrompt = (name: TemplateName, variables: Readonly<Record<string, string>>, base: string) => string;

/** Inserted as they are; every other value is trimmed. */
const VERBATIM = new Set(["BASE_WORKER_PROMPT"]);

/**
 * Renders one template with the given variables. Throws `prompts.missing_placeholder`,
 * `prompts.unresolved` or `prompts.blank_task_id`, each naming the template or its file.
 */
export function renderTemplate(
  name: TemplateName,
  template: Template,
  variables: Readonly<Record<string, string>>,
  sources: RenderSources,
): string {
  const info = TEMPLATES[name];
  const present = placeholdersOf(template.text);
  requirePlaceholders(name, template, present, sources);
  if (present.has("TASK_ID") && (variables["TASK_ID"] ?? "").trim() === "") {
    throw new CueLoopError("prompts.blank_task_id", {
      message: `The prompt template ${labelOf(name, template)} needs a task id and got a blank one.`,
    });
  }
  const guidance = info.projectGuidance ? projectGuidance(sources.config.project_type) : null;
  const expansion = expandTemplate(template.text, {
    env: sources.env,
    config: (path) => configText(path, sources),
    variable: (key) => {
      if (key === "PROJECT_TYPE_GUIDANCE" && guidance !== null) return guidance;
      const value = Object.hasOwn(variables, key) ? variables[key] : undefined;
      return value === undefined ? null : VERBATIM.has(key) ? value : value.trim();
    },
  });
  for (const variable of expansion.unsetEnvironment) {
    sources.warn(`The prompt template ${labelOf(name, template)} uses \${${variable}}, which is not set; the text was left as it is.`);
  }
  if (expansion.unresolved.length > 0) throw unresolved(name, template, expansion.unresolved);
  const isGuidanceMissing = guidance !== null && !present.has("PROJECT_TYPE_GUIDANCE");
  const text = isGuidanceMissing ? `${expansion.text}\n${guidance}` : expansion.text;
  return sources.finish?.(name, variables, text) ?? text;
}

function requirePlaceholders(name: TemplateName, template: Template, present: ReadonlySet<string>, sources: RenderSources): void {
  const { required, expected } = TEMPLATES[name];
  const missing = required.filter((placeholder) => !present.has(placeholder));
  if (missing.length > 0) {
    throw new CueLoopError("prompts.missing_placeholder", {
      message: `The prompt template ${labelOf(name, template)} lacks ${missing.map(braced).join(", ")}.`,
      hint: "Put the placeholder back, or remove the file to use the built-in template.",
      ...(template.file === null ? {} : { where: { file: template.file } }),
    });
  }
  for (const placeholder of expected.filter((wanted) => !present.has(wanted))) {
    sources.warn(`The prompt template ${labelOf(name, template)} lacks ${braced(placeholder)}: the agent will not see what belongs there.`);
  }
}

function unresolved(name: TemplateName, template: Template, names: readonly string[]): CueLoopError {
  return new CueLoopError("prompts.unresolved", {
    message: `The prompt template ${labelOf(name, template)} has placeholders without a value: ${names.join(", ")}.`,
    hint: "Use a variable of this template, or `{{config.<path>}}` of a configuration value that is set; for an environment variable a dollar sign and single braces.",
    ...(template.file === null ? {} : { where: { file: template.file } }),
  });
}

function labelOf(name: TemplateName, template: Template): string {
  return template.file === null ? `${name} (built-in)` : `${name} (${template.file})`;
}

function braced(name: string): string {
  return `{{${name}}}`;
}
