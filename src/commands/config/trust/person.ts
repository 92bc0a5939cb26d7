import { CueLoopError } from "../../../base/errors.ts";
import { mayDecide } from "../../frame/person.ts";
import type { Session } from "../../frame/session.ts";

/**
 * Ends a command that decides about trust when an agent may be the one that typed it.
 * @throws CueLoopError `config.trust_from_agent`
 */
export function requirePerson({ context }: Session, root: string): void {
  if (mayDecide(context.env, root)) return;
  throw new CueLoopError("config.trust_from_agent", {
    message: "Trust is given by a person, not by an agent: this command does not work from inside a run.",
    hint: "Run it yourself, outside the run and without CUELOOP_RUNNER_USED in the environment.",
  });
}
