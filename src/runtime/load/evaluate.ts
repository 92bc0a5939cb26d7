import type { BaseContext } from "../../base/context.ts";
import type { CodeContext } from "../../config/code.ts";
import { CODE_FILE } from "../../config/code-file.ts";
import { TimeLimitError, withinLimit } from "./limit.ts";
import { withOutputAside } from "./output-aside.ts";
import type { UserRealm } from "./realm.ts";
import { userError } from "./user-error.ts";

const LIMIT_MS = 10_000;

/**
 * Imports a bundle from memory and gives what its default export comes to: an object, what a function of the context
 * returns, or what a promise of either resolves to.
 * @throws CueLoopError `runtime.evaluation` with the user's file, line and column
 */
export async function evaluate(context: BaseContext, realm: UserRealm, bundle: string, input: CodeContext): Promise<unknown> {
  try {
    return await withOutputAside(() =>
      realm.guard(() =>
        withinLimit(
          context,
          realm.run(CODE_FILE, () => exportedBy(bundle, input)),
          LIMIT_MS,
        ),
      ),
    );
  } catch (thrown) {
    const what = thrown instanceof TimeLimitError ? "The configuration cannot be evaluated" : "The configuration failed";
    throw userError(thrown, { code: "runtime.evaluation", what: `${what} (${input.configFile})`, bundle });
  }
}

async function exportedBy(bundle: string, input: CodeContext): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([bundle], { type: "text/javascript" }));
  try {
    const module: unknown = await import(url);
    if (typeof module !== "object" || module === null || !("default" in module)) {
      throw new Error("there is no default export; write `export default defineConfig({ … })`");
    }
    const exported = await module.default;
    return typeof exported === "function" ? await Reflect.apply(exported, undefined, [deepFrozen(input)]) : exported;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A copy that nobody can change, all the way down. */
function deepFrozen<T>(value: T): T {
  const copy = structuredClone(value);
  freeze(copy);
  return copy;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const item of Object.values(value)) freeze(item);
  Object.freeze(value);
}
