import { CueLoopError } from "../../base/errors.ts";
import type { SourcePlace } from "../../base/json/tolerant.ts";
import type { JsonPath } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { CodeContext, CodeLayer } from "../../config/code.ts";
import type { Locate } from "../../config/validate/problem.ts";
import type { UserRealm } from "../load/realm.ts";
import { sourcesOf, userError } from "../load/user-error.ts";
import { inSource } from "../source/in-source.ts";
import { commandsOf, type OwnWords } from "./commands.ts";
import { hooksOf, promptsOf } from "./functions.ts";
import { requireNoQueuePlace } from "./own-queue.ts";
import { keyPlaces } from "./places.ts";
import { requireData } from "./plain-data.ts";
import { runnersOf } from "./runners.ts";
import { codeSchema, DATA_KEYS } from "./schema.ts";

/** The code that a value came from. */
export interface CheckedCode {
  readonly digest: string;
  readonly bundle: string;
  readonly context: CodeContext;
}

const WHAT = "configuration";

/**
 * Holds what a configuration evaluates to against the schemas of the files and of the keys that only code has. Functions
 * may stand where a schema names them and nowhere else.
 * @throws CueLoopError `file.invalid` or `runtime.refused_key` with the place of the key, as far as the code shows it
 */
export function checkCode(value: unknown, code: CheckedCode, realm: UserRealm, words: OwnWords): CodeLayer {
  const file = code.context.configFile;
  // Reading a map costs more than all the checks, and is for errors alone.
  let sources: ReadonlyMap<string, string> | null = null;
  const read = () => {
    sources ??= sourcesOf(code.bundle);
    return sources;
  };
  const locate: Locate = (path) => keyPlaces(file, read())(path);
  const source = { value, file, place: placeBy(locate) };
  if (!isPlainObject(value)) {
    throw new CueLoopError("runtime.no_object", {
      message: `${file}: the configuration must be an object, found ${value === undefined ? "nothing" : Bun.inspect(value).slice(0, 60)}.`,
      hint: "Export an object, a function that returns one, or a promise of one.",
      where: { file },
    });
  }
  requireNoQueuePlace(value, locate);
  const data = Object.fromEntries(DATA_KEYS.filter((key) => value[key] !== undefined).map((key) => [key, value[key]]));
  requireData(data, source, WHAT);
  const parsed = parseValue(codeSchema(value), source, WHAT);
  const { hooks: _hooks, runners: _runners, commands: _commands, prompts: _prompts, ci_patterns, ...layer } = parsed;
  return {
    layer: { ...layer },
    locate,
    inSource: (error) => inSource(error, read()),
    code: {
      ...code,
      hooks: hooksOf(value["hooks"], realm),
      runners: runnersOf(parsed.runners ?? {}, value["runners"], realm, source),
      commands: commandsOf(parsed.commands ?? {}, value["commands"], realm, source, words),
      prompts: promptsOf(parsed.prompts ?? {}, realm),
      ciPatterns: ci_patterns ?? [],
      errorOf: (thrown, name, what) => userError(thrown, { code: name, what, bundle: code.bundle }),
    },
  };
}

function placeBy(locate: Locate): (path: JsonPath) => SourcePlace | null {
  return (path) => {
    const { line, column } = locate(path);
    return line === undefined || column === undefined ? null : { line, column };
  };
}
