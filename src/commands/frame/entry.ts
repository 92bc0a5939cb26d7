import type { CommandClass } from "clipanion";
import type { BaseCommand, CommandKind } from "./base.ts";

/** A concrete command class as clipanion wants it. */
export type CommandType = CommandClass & (new () => BaseCommand) & Pick<typeof BaseCommand, "optionalValues">;

/** What is known of a command without loading it. */
export interface CommandEntry {
  readonly summary: string;
  readonly category: string;
  readonly kind: CommandKind;
  readonly insideRun: boolean;
  readonly hidden: boolean;
  load(): Promise<{ readonly default: CommandType }>;
}
