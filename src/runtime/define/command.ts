import type * as v from "valibot";
import type { Log } from "../../base/context.ts";
import type { Immutable } from "../../base/shape.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import type { RepoView } from "../hooks/repo-view.ts";
import type { Queue } from "../queue/queue.ts";

/** A schema of arguments or flags: `v.object({ … })` of strings, numbers, booleans, picklists and arrays of them. */
export type CommandSchema = v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined>;

type Values<Schema> = Schema extends CommandSchema ? v.InferOutput<Schema> : Readonly<Record<string, never>>;

/** What a command works with. */
export interface CommandInput<Args = unknown, Flags = unknown> {
  readonly args: Args;
  readonly flags: Flags;
  readonly queue: Queue;
  readonly repo: RepoView;
  readonly config: Immutable<ResolvedConfig>;
  /** Writes text, or JSON with `--format json`. */
  print(value: unknown): Promise<void>;
  /** To stderr. */
  readonly log: Log;
  /** Aborted when the command is to end. */
  readonly signal: AbortSignal;
}

/** A command of the repository's own, called as `cueloop <name>`. */
export interface Command<Args extends CommandSchema | undefined = undefined, Flags extends CommandSchema | undefined = undefined> {
  /** One line for `cueloop --help`. */
  readonly description: string;
  readonly args?: Args;
  readonly flags?: Flags;
  /** A number is the exit code. */
  run(input: CommandInput<Values<Args>, Values<Flags>>): unknown;
}

/** A command whatever its schemas are. */
export interface AnyCommand {
  readonly description: string;
  readonly args?: CommandSchema | undefined;
  readonly flags?: CommandSchema | undefined;
  run(input: CommandInput<never, never>): unknown;
}
