import type { GateResult } from "../../../run/gate/execute.ts";

/** Why an attempt at bringing the work in did not succeed. */
export type Failure =
  /** Conflicts are left; the rebase is in progress. */
  | { readonly kind: "conflict"; readonly files: readonly string[] }
  | { readonly kind: "gate"; readonly result: GateResult }
  /** git, or a hook of its, did not make the commit; `final`: for want of something no agent can give. */
  | { readonly kind: "commit"; readonly said: string; readonly final: boolean }
  /** Repositories inside the worktree that no commit can hold. */
  | { readonly kind: "nested"; readonly paths: readonly string[] }
  /** The agent's turn ended badly; `final`: it has none left. */
  | { readonly kind: "turn"; readonly said: string; readonly final: boolean }
  /** A git call of our own went wrong, as where it was killed: nothing for an agent. */
  | { readonly kind: "git"; readonly said: string }
  | { readonly kind: "other"; readonly said: string };

const TAIL = 500;

/** The failure in a line or a few, for people and for the next attempt. */
export function reasonOf(failure: Failure): string {
  switch (failure.kind) {
    case "conflict":
      return `Conflicts are unresolved in ${failure.files.join(", ")}.`;
    case "gate": {
      const { exitCode, stdout, stderr } = failure.result;
      const tail = `${stdout}\n${stderr}`.trim().slice(-TAIL);
      return `The gate failed with exit ${exitCode ?? "by signal"}.${tail === "" ? "" : `\n${tail}`}`;
    }
    case "commit":
      return `git did not make the commit: ${failure.said}`;
    case "nested":
      return `A git repository is inside the worktree, and no commit can hold its content: ${failure.paths.join(", ")}`;
    case "turn":
    case "git":
    case "other":
      return failure.said;
  }
}
