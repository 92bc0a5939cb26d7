import { systemClock } from "../../src/base/clock.ts";
import type { Environment } from "../../src/base/context.ts";
import { createRedactor } from "../../src/base/redact.ts";
import type { RepoContext } from "../../src/config/context.ts";
import { mergeLayers } from "../../src/config/layers/merge.ts";
import type { ConfigLayer } from "../../src/config/schema.ts";

/** A repository context over a directory, with the built-in configuration and one layer on it. */
export function repoContext(root: string, layer: ConfigLayer = {}, env: Environment = process.env): RepoContext {
  return {
    env,
    cwd: root,
    clock: systemClock(),
    log: { error() {}, warn() {}, info() {}, debug() {} },
    signal: new AbortController().signal,
    redact: createRedactor(env),
    root,
    runtimeDir: `${root}/.cueloop`,
    sourceDir: `${root}/.cueloop`,
    config: mergeLayers([layer]),
    queuePath: `${root}/.cueloop/queue.jsonc`,
    donePath: `${root}/.cueloop/done.jsonc`,
    idPrefix: "RQ",
    idWidth: 4,
    insideRun: null,
    code: null,
  };
}
