import type { JsonPath } from "../../base/jsonc.ts";
import { invalid, type ParseSource } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { CodeCommand, CommandField } from "../../config/code.ts";
import type { UserRealm } from "../load/realm.ts";
import { fieldsOf, flagName } from "./command-fields.ts";
import { requireName, taken } from "./members.ts";
import type { CommandValue } from "./schema.ts";

/** What of a command line is the program's own. */
export interface OwnWords {
  /** Whether a word is a command of the program's own, or with its dashes a flag that every command has. */
  isBuiltIn(word: string): boolean;
}

/**
 * Commands by the word typed; everything that a line can be refused for is known before one is typed.
 * @param written what the configuration has as `commands`
 * @throws CueLoopError `file.invalid` for a word that is taken or cannot be typed, and for a schema no line could be read by
 */
export function commandsOf(
  commands: Readonly<Record<string, CommandValue>>,
  written: unknown,
  realm: UserRealm,
  source: ParseSource,
  { isBuiltIn }: OwnWords,
): ReadonlyMap<string, CodeCommand> {
  return new Map(
    Object.entries(commands).map(([name, command]) => {
      const path = ["commands", name];
      if (isBuiltIn(name)) throw taken(source, path, "a command of CueLoop's own");
      requireName(source, path, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, "must be lower-case letters, digits and dashes");
      const args = fieldsOf(command.args, source, [...path, "args"]);
      requireOrder(args, source, [...path, "args"]);
      const flags = fieldsOf(command.flags, source, [...path, "flags"]);
      requireFlags(flags, source, [...path, "flags"], isBuiltIn);
      const self = isPlainObject(written) ? written[name] : undefined;
      const run = realm.wrap(`commands.${name}`, command.run, self);
      return [
        name,
        {
          description: command.description,
          args: { schema: command.args, fields: args },
          flags: { schema: command.flags, fields: flags },
          run,
        },
      ];
    }),
  );
}

/** Words are dealt out in order, so nothing comes behind an argument that takes them all, and no need behind a choice. */
function requireOrder(args: readonly CommandField[], source: ParseSource, path: JsonPath): void {
  for (const [index, { name, required }] of args.entries()) {
    const before = args.slice(0, index);
    const all = before.find(({ many }) => many);
    const optional = required ? before.find((field) => !field.required) : undefined;
    const reason =
      all !== undefined
        ? `is never given a word: \`${all.name}\` before it takes them all`
        : optional === undefined
          ? null
          : `is required, and \`${optional.name}\` before it is not`;
    if (reason !== null) throw invalid(source, "configuration", [...path, name], { message: reason });
  }
}

function requireFlags(flags: readonly CommandField[], source: ParseSource, path: JsonPath, isBuiltIn: (word: string) => boolean): void {
  const seen = new Map<string, string>();
  for (const { name } of flags) {
    const at = [...path, name];
    const typed = flagName(name);
    if (isBuiltIn(typed)) throw taken(source, at, `\`${typed}\`, which every command has`);
    if (!/^--[a-z0-9]+(?:-[a-z0-9]+)*$/.test(typed))
      throw invalid(source, "configuration", at, { message: "has a name that cannot be typed: it must be letters and digits" });
    const other = seen.get(typed);
    if (other !== undefined) throw invalid(source, "configuration", at, { message: `is typed \`${typed}\`, as \`${other}\` is` });
    seen.set(typed, name);
  }
}
