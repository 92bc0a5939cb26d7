import type { RepoContext } from "../config/context.ts";
import type { PluginSet } from "./plugins/discovery.ts";
import type { Runner } from "./runner.ts";

/**
 * The runner of an id: built-in ids in any case, plugin ids as written.
 * Throws `runner.not_built`, `runner.unknown` or `runner.plugin_disabled`, each naming how to choose another.
 */
export declare function findRunner(context: Pick<RepoContext, "config" | "env">, id: string, plugins: PluginSet): Runner;
