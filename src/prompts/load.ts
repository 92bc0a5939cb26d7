import { existsSync } from "node:fs";
import { join } from "node:path";
import { readTextIfExists } from "../base/files.ts";
import type { RepoContext } from "../config/context.ts";
import { TEMPLATES, type TemplateName } from "./registry.ts";

export interface Template {
  readonly text: string;
  /** Absolute path of the repository's own text; null for the built-in one. */
  readonly file: string | null;
}

export type Templates = Readonly<Record<TemplateName, Template>>;

/** First line of a file written by `prompt export`. */
const EXPORT_MARKER = "<!-- Exported from CueLoop embedded defaults -->";

/** The built-in texts alone. */
export function builtInTemplates(): Templates {
  return everyTemplate((name) => ({ text: TEMPLATES[name].text, file: null }));
}

/**
 * The templates in force: `.cueloop/prompts/<name>.md` where it exists, else the built-in text.
 * A file that is there but cannot be read is an error, never a silent fallback.
 */
export function loadTemplates(ctx: Pick<RepoContext, "sourceDir" | "log">): Templates {
  const directory = join(ctx.sourceDir, "prompts");
  if (existsSync(join(directory, "scan.md"))) {
    ctx.log.warn(`${join(directory, "scan.md")} is not the name of a prompt template and has no effect.`);
  }
  return everyTemplate((name) => {
    const file = join(directory, `${name}.md`);
    const text = readTextIfExists(file);
    return text === null ? { text: TEMPLATES[name].text, file: null } : { text: withoutExportHeader(text), file };
  });
}

/** Drops the comment lines an export puts in front of a template; agents need not see them. */
export function withoutExportHeader(text: string): string {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== EXPORT_MARKER) return text;
  const blank = lines.findIndex((line) => line.trim() === "");
  const header = blank === -1 ? [] : lines.slice(0, blank);
  if (header.length === 0 || header.some((line) => !/^<!--.*-->$/.test(line.trim()))) return text;
  return lines.slice(blank + 1).join("\n");
}

function everyTemplate(make: (name: TemplateName) => Template): Templates {
  return {
    worker: make("worker"),
    worker_phase1: make("worker_phase1"),
    worker_phase2: make("worker_phase2"),
    worker_phase2_handoff: make("worker_phase2_handoff"),
    worker_phase3: make("worker_phase3"),
    worker_single_phase: make("worker_single_phase"),
    code_review: make("code_review"),
    merge_conflicts: make("merge_conflicts"),
    completion_checklist: make("completion_checklist"),
    phase2_handoff_checklist: make("phase2_handoff_checklist"),
    iteration_checklist: make("iteration_checklist"),
  };
}
