/** What a terminal shows after the bytes a program wrote to it: enough of an emulator for what this program sends. */
export class Screen {
  columns: number;
  rows: number;
  /** Rows that scrolled out at the top, oldest first. */
  readonly #gone: string[] = [];
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  #rest = "";
  /** The ordinary screen while the alternate one is shown. */
  #covered: { readonly lines: string[][]; readonly row: number; readonly column: number } | null = null;
  cursorShown = true;
  /** Whether any colour or weight was set. */
  styled = false;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  get alternate(): boolean {
    return this.#covered !== null;
  }

  /** The rows that are visible now, without blanks at their ends; no empty rows at the end. */
  get visible(): string {
    return trimmed(this.#lines);
  }

  /** Everything that was shown and not redrawn, scrolled out or not. */
  get text(): string {
    return [...this.#gone, this.visible].join("\n");
  }

  push(text: string): void {
    let input = this.#rest + text;
    this.#rest = "";
    while (input !== "") {
      const sequence = /^\x1b(?:\[([?0-9;]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|[=>78])/.exec(input);
      if (sequence !== null) {
        this.#control(sequence[1] ?? "", sequence[2] ?? "");
        input = input.slice(sequence[0].length);
      } else if (input.startsWith("\x1b") && input.length < 32) {
        this.#rest = input;
        return;
      } else {
        const character = /^[^\x1b]/u.exec(input)?.[0] ?? input.charAt(0);
        this.#put(character);
        input = input.slice(character.length);
      }
    }
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#down();
    else if (character === "\t") this.#column = Math.min(this.columns - 1, (Math.floor(this.#column / 8) + 1) * 8);
    else if (character === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (character >= " ") {
      const width = Bun.stringWidth(character);
      if (this.#column + width > this.columns) {
        this.#column = 0;
        this.#down();
      }
      const line = this.#line();
      while (line.length < this.#column) line.push(" ");
      line[this.#column] = character;
      for (let extra = 1; extra < width; extra += 1) line[this.#column + extra] = "";
      this.#column += width;
    }
  }

  #down(): void {
    this.#row += 1;
    if (this.#row < this.rows) return;
    const [first = []] = this.#lines.splice(0, 1);
    if (!this.alternate) this.#gone.push(first.join("").trimEnd());
    this.#row = this.rows - 1;
  }

  #line(): string[] {
    while (this.#lines.length <= this.#row) this.#lines.push([]);
    return this.#lines[this.#row] ?? [];
  }

  #control(parameters: string, final: string): void {
    const [first = 0, second = 0] = parameters.replace("?", "").split(";").map(Number);
    const count = Math.max(1, first);
    if (parameters.startsWith("?")) this.#mode(first, final === "h");
    else if (final === "A") this.#row = Math.max(0, this.#row - count);
    else if (final === "B") this.#row = Math.min(this.rows - 1, this.#row + count);
    else if (final === "C") this.#column += count;
    else if (final === "D") this.#column = Math.max(0, this.#column - count);
    else if (final === "G") this.#column = count - 1;
    else if (final === "H") [this.#row, this.#column] = [count - 1, Math.max(1, second) - 1];
    else if (final === "J") this.#erase(first);
    else if (final === "K") this.#line().splice(first === 0 ? this.#column : 0);
    else if (final === "m") this.styled ||= first !== 0;
  }

  #erase(how: number): void {
    if (how === 2) this.#lines = [];
    else {
      this.#line().splice(this.#column);
      this.#lines.splice(this.#row + 1);
    }
  }

  #mode(number: number, on: boolean): void {
    if (number === 25) this.cursorShown = on;
    if (number !== 1049) return;
    if (on) {
      this.#covered ??= { lines: this.#lines, row: this.#row, column: this.#column };
      this.#lines = [];
    } else if (this.#covered !== null) {
      this.#lines = this.#covered.lines;
      this.#row = this.#covered.row;
      this.#column = this.#covered.column;
      this.#covered = null;
    }
  }
}

function trimmed(lines: readonly string[][]): string {
  return lines
    .map((line) => line.join("").trimEnd())
    .join("\n")
    .trimEnd();
}
