/** Characters of one line that are kept. */
export const LINE_LIMIT = 10 * 1024 * 1024;

export interface Line {
  readonly text: string;
  /** The line was longer than the limit and its rest was dropped. */
  readonly cut: boolean;
}

/** Splits a stream that comes in pieces of any size into lines, without their line ends. */
export class LineSplitter {
  readonly #limit: number;
  #parts: string[] = [];
  #length = 0;
  #cut = false;

  constructor(limit = LINE_LIMIT) {
    this.#limit = limit;
  }

  /** The lines that this piece completes. */
  push(chunk: string): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      this.#add(chunk.slice(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    if (from < chunk.length) this.#add(chunk.slice(from));
    return lines;
  }

  /** The last line, when it had no line end. */
  end(): Line[] {
    return this.#parts.length === 0 ? [] : [this.#take()];
  }

  #add(piece: string): void {
    const room = this.#limit - this.#length;
    if (piece.length > room) this.#cut = true;
    const kept = piece.length > room ? piece.slice(0, room) : piece;
    if (kept === "") return;
    this.#parts.push(kept);
    this.#length += kept.length;
  }

  #take(): Line {
    const text = this.#parts.join("");
    const line = { text: text.endsWith("\r") ? text.slice(0, -1) : text, cut: this.#cut };
    this.#parts = [];
    this.#length = 0;
    this.#cut = false;
    return line;
  }
}
