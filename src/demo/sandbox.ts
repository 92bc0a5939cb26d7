import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CueLoopError } from "../base/errors.ts";

/** Where the sandbox's files are: beside this file in a checkout, embedded in the executable. */
const source = join(import.meta.dir, "sandbox");

export interface DemoTask {
  readonly title: string;
  readonly priority: "critical" | "high" | "medium" | "low";
  readonly tag: string;
  readonly scope: string;
  /** Positions, from 1, of the tasks it waits for. */
  readonly after: readonly number[];
}

/** The five tasks of the demo, in the order they are added. */
export const demoTasks: readonly DemoTask[] = [
  { title: "Parse amounts as people write them", priority: "high", tag: "money", scope: "src/amount.ts", after: [] },
  { title: "Round half a cent to the even side", priority: "medium", tag: "money", scope: "src/rounding.ts", after: [] },
  { title: "Add up an invoice's lines", priority: "high", tag: "invoice", scope: "src/invoice.ts", after: [1] },
  { title: "Take a discount off", priority: "medium", tag: "invoice", scope: "src/discount.ts", after: [2, 3] },
  { title: "Lay an invoice out as text", priority: "low", tag: "invoice", scope: "src/format.ts", after: [3, 4] },
];

/** Configuration of the sandbox; `runner` null is the scripted agent. */
export function demoConfig(runner: string | null): string {
  const own = runner === null;
  const config = {
    version: 2,
    agent: {
      runner: runner ?? "demo-agent",
      ...(own ? { model: "scripted" } : {}),
      phases: 3,
      ci_gate: { enabled: true, argv: ["sh", "gate.sh"] },
      git_publish_mode: "commit",
    },
    // Inside the sandbox, so that whoever deletes it has deleted everything.
    parallel: { workspace_root: ".cueloop/cache/worktrees" },
    ...(own ? { plugins: { plugins: { "demo-agent": { enabled: true } } } } : {}),
  };
  return JSON.stringify(config, null, 2);
}

/**
 * Writes the sample package, and the scripted agent as a runner plugin, into an empty or absent directory.
 * @throws CueLoopError `demo.not_empty` when something is there already
 */
export function writeSandbox(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new CueLoopError("demo.not_empty", {
      message: `${directory} is not empty.`,
      hint: "Name a directory that is empty or not there yet, or none at all for a temporary one.",
    });
  }
  for (const file of filesBelow("")) {
    const target = join(directory, file.startsWith("agent/") ? join(".cueloop/plugins/demo-agent", file.slice("agent/".length)) : file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(join(source, file)));
    if (file.endsWith(".sh")) chmodSync(target, 0o755);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(source, folder)).flatMap((name) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    return statSync(join(source, path)).isDirectory() ? filesBelow(path) : [path];
  });
}
