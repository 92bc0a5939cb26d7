import { personMessage } from "./insertions.ts";

/** What a failing gate's output was recognised as; fields are null where it did not tell. */
export interface RecognisedFailure {
  /** Stable: clients and counters compare it. */
  readonly key: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly invalidValue: string | null;
  readonly validOptions: string | null;
  /** One sentence: what to do about it. */
  readonly action: string;
}

export interface CiFailureInput {
  /** The gate's command as one line. */
  readonly gate: string;
  /** Null when the gate was ended by a signal. */
  readonly exitCode: number | null;
  /** What the gate printed, already cut to size and fenced. */
  readonly snippet: string;
  readonly pattern: RecognisedFailure | null;
  /** What the person wrote when asked; null without. */
  readonly operatorMessage: string | null;
}

/** Tells the agent that the gate failed and what is expected now. */
export function ciFailureMessage(input: CiFailureInput): string {
  const parts = [
    `The gate \`${input.gate}\` failed with exit code ${input.exitCode ?? -1}.`,
    input.snippet,
    ...(input.pattern === null ? [] : [recognised(input.pattern)]),
    "Fix the causes, and see the gate pass (`cueloop gate`) before you end your turn.",
    `Typical causes:

- TOML parse error: look at the line it names.
- Unknown variant: use one of the values it lists.
- Format check: run the formatter.
- Lint check: run the linter and fix what it finds.`,
    "Do not skip, disable or weaken tests or checks, and take no sloppy shortcut to make the gate pass.",
  ];
  const message = parts.join("\n\n");
  if (input.operatorMessage === null || input.operatorMessage.trim() === "") return message;
  return `${message}\n\n---\n\nMessage from the operator:\n\n${input.operatorMessage.trim()}`;
}

/** The turn was ended by a signal that nobody on our side sent. */
export function signalMessage(signal: string): string {
  return `Your turn was interrupted by the signal ${signal}. The work tree is as you left it. Go on where you stopped; do not start again.`;
}

/** For a resumed phase whose session still exists; `message` is the person's `--message`. */
export function interruptedMessage(message: string | null): string {
  return withPersonMessage(
    "Your turn was interrupted. The work tree is as you left it. Go on where you stopped; do not start again.",
    message,
  );
}

/** For a resumed phase that a fresh agent goes on with, behind the phase's prompt. */
export function begunBeforeMessage(): string {
  return "This phase was begun before, and its turn was interrupted. What was done then is in the work tree: look at it first, and go on from there; do not start again.";
}

/** After the wait for a usage limit. */
export function limitOverMessage(message: string | null): string {
  return withPersonMessage(
    "Your turn was interrupted by a usage limit, and the limit is over. The work tree is as you left it. Go on where you stopped; do not start again.",
    message,
  );
}

/** For a session that is gone: a fresh agent needs the phase's prompt in front of the message. */
export function inFreshSession(phasePrompt: string, message: string): string {
  return `${phasePrompt.trimEnd()}\n\n---\n\n${message}`;
}

function withPersonMessage(text: string, message: string | null): string {
  const remark = personMessage(message);
  return remark === "" ? text : `${text}\n\n${remark}`;
}

function recognised(pattern: RecognisedFailure): string {
  const place = pattern.file === null ? null : pattern.line === null ? pattern.file : `${pattern.file}, line ${pattern.line}`;
  const lines = [
    `Recognised as: ${pattern.key}`,
    ...(place === null ? (pattern.line === null ? [] : [`Line: ${pattern.line}`]) : [`Place: ${place}`]),
    ...(pattern.invalidValue === null ? [] : [`Refused value: ${pattern.invalidValue}`]),
    ...(pattern.validOptions === null ? [] : [`Accepted: ${pattern.validOptions}`]),
    `What to do: ${pattern.action}`,
  ];
  return lines.join("\n");
}
