import { CueLoopError } from "../../base/errors.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { CodeLayer } from "../../config/code.ts";
import { formatPlace, type Locate } from "../../config/validate/problem.ts";

/**
 * Throws `runtime.refused_key` for limits that no part of this program holds yet: left aside, a run would go past what its
 * owner believes it cannot.
 */
export function requireNoUnheldLimit(value: unknown, locate: Locate): void {
  if (!isPlainObject(value)) return;
  const objects: readonly unknown[] = Array.isArray(value["hooks"]) ? value["hooks"] : [value["hooks"]];
  const hooked = objects.some((hooks) => isPlainObject(hooks) && hooks["onBudget"] !== undefined);
  const path = value["budget"] !== undefined ? ["budget"] : hooked ? ["hooks", "onBudget"] : null;
  if (path === null) return;
  const place = locate(path);
  throw new CueLoopError("runtime.refused_key", {
    message: `${formatPlace(place)}: \`${path.join(".")}\` is about budgets, which this version does not hold: a run would go past them.`,
    hint: "Remove it. Until then hooks can hold a limit: `onEvent` is told of what is used, and `beforeTask` can skip.",
    where: { ...place, path: path.join(".") },
  });
}

/** Settings that are accepted and that no part of this program acts on yet, one line each. */
export function unusedSettings({ layer, locate }: CodeLayer): readonly string[] {
  const agent: object = layer.agent ?? {};
  const acp = "acp" in agent && isPlainObject(agent.acp) ? Object.keys(agent.acp) : [];
  const notification = "notification" in agent && isPlainObject(agent.notification) ? agent.notification : {};
  const paths = [
    ...acp.map((key) => ["agent", "acp", key]),
    ...(notification["terminal_bell"] === true ? [["agent", "notification", "terminal_bell"]] : []),
  ];
  return paths.map((path) => `${formatPlace(locate(path))}: \`${path.join(".")}\` is set, and this version does nothing with it.`);
}
