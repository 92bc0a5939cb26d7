import type { NotAsked, RevertDecision, RevertQuestion } from "../../run/undo/question.ts";
import { readRevertAnswer, readRevertMessage, revertQuestionText } from "../../ui/questions/revert.ts";
import type { Session } from "../frame/session.ts";

/** Why a run asks nobody about the changes of a failed task; null: it asks. */
export function whyNotAsked(session: Session, wish: { readonly nonInteractive: boolean; readonly unattended: boolean }): NotAsked | null {
  if (wish.unattended) return "unattended";
  if (wish.nonInteractive) return "non_interactive";
  return session.options.isTerminal.stdin ? null : "no_terminal";
}

/** Asks on stderr and reads the answer from the terminal; an end of the input, or of the run, keeps the changes. */
export async function askRevert(session: Session, question: RevertQuestion): Promise<RevertDecision> {
  using lines = new Lines(session.context.signal);
  await session.err.write(`\n${revertQuestionText(question)}\n> `);
  const answer = readRevertAnswer(await lines.next(), question);
  if (answer.kind !== "message") return answer;
  await session.err.write("Message to the agent (empty: keep): ");
  return readRevertMessage(await lines.next());
}

/** Lines typed at the terminal, until disposed. */
class Lines implements Disposable {
  readonly #signal: AbortSignal;
  readonly #decoder = new TextDecoder();
  #text = "";
  #isOver = false;
  #look: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    process.stdin.on("data", this.#take);
    process.stdin.on("end", this.#end);
    process.stdin.resume();
    signal.addEventListener("abort", this.#end);
  }

  [Symbol.dispose](): void {
    process.stdin.off("data", this.#take);
    process.stdin.off("end", this.#end);
    this.#signal.removeEventListener("abort", this.#end);
    process.stdin.pause();
  }

  /** The next line without its end; blank when there is none. */
  async next(): Promise<string> {
    while (!this.#text.includes("\n") && !this.#isOver && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
    const end = this.#text.indexOf("\n");
    if (end === -1) return "";
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  readonly #take = (data: Buffer): void => {
    this.#text += this.#decoder.decode(data, { stream: true });
    this.#look();
  };

  readonly #end = (): void => {
    this.#isOver = true;
    this.#look();
  };
}
