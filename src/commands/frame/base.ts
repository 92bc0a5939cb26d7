import { Command } from "clipanion";
import { type GlobalFlags, noGlobalFlags } from "../line/words.ts";
import type { Session } from "./session.ts";

/** Process exit code: 0 success, 1 failure while running, 2 usage error. */
export type ExitCode = number;

/**
 * How much of the repository's configuration a command may act on.
 * - `none`: never resolves it.
 * - `read`: reads files; gated values of an untrusted project layer are withheld.
 * - `write`: edits queue or task files; gated values withheld.
 * - `execute`: starts programs the configuration names; refuses an untrusted layer.
 */
export type CommandKind = "none" | "read" | "write" | "execute";

/**
 * One command: a class a file, the file's path is the words typed. Options are
 * parsed by clipanion; `run` calls one domain function and renders its result.
 */
export abstract class BaseCommand extends Command {
  /** See `CommandKind`; every command states it. */
  static readonly kind: CommandKind = "none";
  /** Whether an agent, gate or hook of a live run may use the command. */
  static readonly insideRun: boolean = false;
  /** Left out of the default help. */
  static readonly hidden: boolean = false;

  /** Options whose value may be left out. */
  static readonly optionalValues: readonly string[] = [];

  /** Set by the dispatcher before `run`. */
  globals: GlobalFlags = noGlobalFlags;

  abstract run(session: Session): Promise<ExitCode>;

  /** clipanion's own entry; the dispatcher calls `run` instead. */
  override async execute(): Promise<void> {}
}
