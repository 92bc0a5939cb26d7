import type { Environment } from "./context.ts";

/** Names that would make a child that is a Bun executable behave as Bun itself. */
function isForBun(name: string): boolean {
  return name === "BUN_BE_BUN" || name === "BUN_OPTIONS" || name.startsWith("BUN_INSPECT");
}

const NONE: ReadonlySet<string> = new Set();

/** Environment of a child: ours without what is meant for Bun and what is `unwanted`, and `extra` on top. */
export function childEnvironment(
  env: Environment,
  extra: Readonly<Record<string, string>>,
  unwanted: ReadonlySet<string> = NONE,
): Record<string, string> {
  const child: Record<string, string> = {};
  for (const name of Object.keys(env)) {
    const value = env[name];
    if (value !== undefined && !isForBun(name) && !unwanted.has(name)) child[name] = value;
  }
  return Object.assign(child, extra);
}
