import { realpathSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../base/errors.ts";
import type { Plugin } from "./plugins/discovery.ts";
import type { ResumeRequest, Runner, RunnerProgram, RunnerRequest } from "./runner.ts";
import { AnyDialect } from "./stream/dialects/any.ts";
import { jsonLines } from "./stream/parser.ts";

/** Bytes of a message that still go into an argument; the system's limit for one is 128 KiB. */
const ARGUMENT_LIMIT = 96 * 1024;

/** The runner of a plugin that has one. `config`: the plugin's opaque settings. Error `runner.plugin_config`. */
export function pluginRunner(plugin: Plugin, section: NonNullable<Plugin["manifest"]["runner"]>, config: unknown): Runner {
  const program = join(plugin.directory, section.bin);
  const settings = configJson(plugin.id, config);
  const start = (request: RunnerRequest, words: readonly string[]): RunnerProgram => ({
    argv: [realPath(program), ...words],
    stdin: request.prompt,
    env: {
      CUELOOP_PLUGIN_ID: plugin.id,
      CUELOOP_PLUGIN_CONFIG_JSON: settings,
      CUELOOP_RUNNER_CLI_JSON: JSON.stringify(request.options),
    },
  });
  return {
    displayName: plugin.manifest.name,
    program,
    defaultModel: section.default_model ?? null,
    efforts: [],
    supportedOptions: { sandbox: ["enabled", "disabled"], approval_mode: ["auto_edits"] },
    command: (request) => start(request, ["run", ...form(request), "-"]),
    ...(section.supports_resume ? { resume: (request) => start(request, resumeWords(request)) } : {}),
    createParser: ({ now }) => jsonLines(new AnyDialect(now)),
  };
}

function form({ model }: RunnerRequest): string[] {
  return ["--model", model, "--output-format", "stream-json"];
}

/** The message of a resume is an argument by the protocol, and on stdin too; where it does not fit, `-` stands for it. */
function resumeWords(request: ResumeRequest): string[] {
  const message = Buffer.byteLength(request.prompt) > ARGUMENT_LIMIT ? "-" : request.prompt;
  return ["resume", "--session", request.sessionId, ...form(request), message];
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
