import { realpathSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../base/errors.ts";
import type { Plugin } from "./plugins/discovery.ts";
import type { Runner, RunnerRequest } from "./runner.ts";
import { AnyDialect } from "./stream/dialects/any.ts";
import { jsonLines } from "./stream/parser.ts";
import { isSessionId } from "./stream/session-id.ts";

/** Bytes of a message that still go into an argument; the system's limit for one is 128 KiB. */
const ARGUMENT_LIMIT = 96 * 1024;

/** The runner of a plugin that has one. `config`: the plugin's opaque settings. */
export function pluginRunner(plugin: Plugin, section: NonNullable<Plugin["manifest"]["runner"]>, config: unknown): Runner {
  const program = join(plugin.directory, section.bin);
  const settings = configJson(plugin.id, config);
  return {
    id: plugin.id,
    displayName: plugin.manifest.name,
    provider: "plugin",
    program,
    programSetting: null,
    defaultModel: section.default_model ?? null,
    models: null,
    supportsEffort: false,
    supportsResume: section.supports_resume,
    supportedOptions: { verbose: false, sandbox: true, autoEdits: true, safe: false, planMode: false },
    reportsEnd: false,
    keepsSessionId: false,
    newSessionId: () => null,
    acceptsSessionId: isSessionId,
    command: (request) => ({
      argv: [realPath(program), ...argumentsOf(request)],
      stdin: request.call.kind === "prompt" ? request.call.prompt : request.call.message,
      env: {
        CUELOOP_PLUGIN_ID: plugin.id,
        CUELOOP_PLUGIN_CONFIG_JSON: settings,
        CUELOOP_RUNNER_CLI_JSON: JSON.stringify(request.options),
      },
    }),
    createParser: (now) => jsonLines(new AnyDialect(now)),
    invalidSession: () => false,
  };
}

/** The message of a resume is an argument by the protocol, and on stdin too; where it does not fit, `-` stands for it. */
function argumentsOf({ call, model }: RunnerRequest): string[] {
  const form = ["--model", model, "--output-format", "stream-json"];
  if (call.kind === "prompt") return ["run", ...form, ...(call.sessionId === null ? [] : ["--session", call.sessionId]), "-"];
  const message = Buffer.byteLength(call.message) > ARGUMENT_LIMIT ? "-" : call.message;
  return ["resume", "--session", call.sessionId, ...form, message];
}

/** Throws `runner.plugin_config`: a plugin never runs with settings other than those that were written. */
function configJson(id: string, config: unknown): string {
  try {
    return JSON.stringify(config ?? {});
  } catch (cause) {
    throw new CueLoopError("runner.plugin_config", {
      message: `plugins.plugins.${id}.config cannot be written as JSON.`,
      hint: "Correct it in .cueloop/config.jsonc.",
      cause,
    });
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
