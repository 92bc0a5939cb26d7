import { Option } from "clipanion";

/** `--no-wait`, of commands that change the queue. */
export function noWaitOption(): boolean {
  return Option.Boolean("--no-wait", false, {
    description: "Fail at once, instead of after 5 seconds, when another command is changing the queue.",
  });
}
