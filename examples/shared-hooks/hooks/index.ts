import type { Hooks } from "cueloop";

/** Hooks for every repository here: no work without a scope, and who made a commit stands in it. */
export function ourHooks(team: string): Hooks {
  return {
    beforeTask: ({ task }) => (task.scope.length > 0 ? {} : { skip: "it has no scope" }),
    beforeCommit: ({ message }) => ({ message: `${message.trimEnd()}\n\nTeam: ${team}` }),
  };
}
