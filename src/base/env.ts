import type { Environment } from "./context.ts";

/** Names that would make a child that is a Bun executable behave as Bun itself. */
function isForBun(name: string): boolean {
  return name === "BUN_BE_BUN" || name === "BUN_OPTIONS" || name.startsWith("BUN_INSPECT");
}

/** Environment of a child: ours without what is meant for Bun, and `extra` on top. */
export function childEnvironment(env: Environment, extra: Readonly<Record<string, string>>): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && !isForBun(name)) child[name] = value;
  return { ...child, ...extra };
}
