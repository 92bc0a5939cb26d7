import type { RepoContext } from "../config/context.ts";
import { loadTemplates } from "../prompts/load.ts";
import guide from "./guide.md" with { type: "text" };

/** The page kept as `.cueloop/README.md`, with its version marker in the first line. */
export const guideText: string = guide;

const MARKER = /<!--\s*CUELOOP_README_VERSION:\s*(\d+)\s*-->/;

/** Version of the guide this executable writes. */
export const guideVersion: number = versionOf(guideText);

/** Version a guide carries; 1 where the marker is missing or cannot be read. */
export function versionOf(text: string): number {
  const match = MARKER.exec(text);
  return match === null ? 1 : Number(match[1]);
}

/** What is wrong with a guide's version marker; null for a good one and for none. */
export function guideProblem(text: string | null): string | null {
  if (text === null || MARKER.test(text) || !text.includes("CUELOOP_README_VERSION")) return null;
  return "its version marker cannot be read";
}

/** Whether any prompt sends the agent to the guide; else it is neither written nor checked. */
export function isGuideNamed(repo: Pick<RepoContext, "runtimeDir" | "log">): boolean {
  return Object.values(loadTemplates({ sourceDir: repo.runtimeDir, log: repo.log })).some(({ text }) =>
    text.includes(".cueloop/README.md"),
  );
}

export type GuideState =
  | { readonly kind: "missing" }
  | { readonly kind: "outdated"; readonly version: number }
  | { readonly kind: "current"; readonly version: number };

/** What is there, against what this executable writes; a newer guide counts as current. */
export function guideState(text: string | null): GuideState {
  if (text === null) return { kind: "missing" };
  const version = versionOf(text);
  return version < guideVersion ? { kind: "outdated", version } : { kind: "current", version };
}
