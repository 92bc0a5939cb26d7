import { CueLoopError } from "../errors.ts";

export interface SourcePlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** A value with where it stands; an object's or array's members keep theirs. */
export interface JsonNode {
  readonly value: unknown;
  /** Where the value begins, or the key of an object's entry. */
  readonly start: number;
  readonly entries?: ReadonlyMap<string, JsonNode>;
  readonly items?: readonly JsonNode[];
  /** The characters of a number, without a leading plus. */
  readonly number?: string;
}

const MAX_DEPTH = 512;

/** Parses the tolerant superset of JSON. @throws CueLoopError `json.syntax` */
export function parseTolerant(text: string, file: string): JsonNode {
  const scanner = new Scanner(text, file);
  scanner.blanks();
  if (scanner.atEnd()) throw scanner.error("the file is empty: a JSON value is expected");
  const node = readValue(scanner, 0, scanner.index);
  scanner.blanks();
  if (!scanner.atEnd()) throw scanner.error("there is something after the end of the value");
  return node;
}

/** Line and column of an offset. */
export function placeAt(text: string, offset: number): SourcePlace {
  let line = 1;
  let begin = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", begin)) {
    line += 1;
    begin = end + 1;
  }
  return { line, column: offset - begin + 1 };
}

function readValue(scanner: Scanner, depth: number, start: number): JsonNode {
  if (depth > MAX_DEPTH) throw scanner.error("the value is nested too deeply");
  const next = scanner.peek();
  if (next === "{") return readObject(scanner, depth, start);
  if (next === "[") return readArray(scanner, depth, start);
  if (next === '"' || next === "'") return { value: scanner.string(), start };
  const begin = scanner.index;
  const word = scanner.word();
  if (word === "")
    throw scanner.error(scanner.atEnd() ? "the text ends where a value is expected" : `a value is expected, found \`${next}\``);
  if (word === "true") return { value: true, start };
  if (word === "false") return { value: false, start };
  if (word === "null") return { value: null, start };
  const number = toNumber(word);
  if (number === null) throw scanner.error(`\`${word}\` is no JSON value; text stands in quotes`, begin);
  return { value: number, start, number: word.startsWith("+") ? word.slice(1) : word };
}

function readObject(scanner: Scanner, depth: number, start: number): JsonNode {
  const begin = scanner.index;
  scanner.skip();
  const entries = new Map<string, JsonNode>();
  for (;;) {
    scanner.blanks();
    const next = scanner.peek();
    if (next === "}") break;
    if (next === "") throw scanner.error(`the object that begins at line ${scanner.lineOf(begin)} is not closed`);
    const at = scanner.index;
    const quoted = next === '"' || next === "'";
    const key = quoted ? scanner.string() : scanner.word();
    if (key === "" && !quoted) throw scanner.error(`a key is expected, found \`${next}\``);
    scanner.blanks();
    if (scanner.peek() !== ":") throw scanner.error(`a colon is expected after the key \`${key}\``);
    scanner.skip();
    scanner.blanks();
    entries.set(key, readValue(scanner, depth + 1, at));
    scanner.blanks();
    if (scanner.peek() === ",") scanner.skip();
  }
  scanner.skip();
  // Unlike an assignment, this makes `__proto__` a key like any other.
  return { value: Object.fromEntries(Array.from(entries, ([key, node]) => [key, node.value])), start, entries };
}

function readArray(scanner: Scanner, depth: number, start: number): JsonNode {
  const begin = scanner.index;
  scanner.skip();
  const items: JsonNode[] = [];
  for (;;) {
    scanner.blanks();
    const next = scanner.peek();
    if (next === "]") break;
    if (next === "") throw scanner.error(`the list that begins at line ${scanner.lineOf(begin)} is not closed`);
    items.push(readValue(scanner, depth + 1, scanner.index));
    scanner.blanks();
    if (scanner.peek() === ",") scanner.skip();
  }
  scanner.skip();
  return { value: items.map((item) => item.value), start, items };
}

const DECIMAL = /^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]+)$/;

function toNumber(word: string): number | null {
  const hex = HEXADECIMAL.exec(word);
  if (hex !== null) return (hex[1] === "-" ? -1 : 1) * Number.parseInt(hex[2] ?? "", 16);
  return DECIMAL.test(word) ? Number(word) : null;
}

const ESCAPES = new Map([
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** A cursor over the text. */
class Scanner {
  readonly #text: string;
  readonly #file: string;
  readonly #blank = /\s*/y;
  readonly #word = /[\p{L}\p{M}\p{N}_$.+-]*/uy;
  readonly #plain = /[^"\\]*/y;
  readonly #plainSingle = /[^'\\]*/y;
  index = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  atEnd(): boolean {
    return this.index >= this.#text.length;
  }

  /** The next character, empty at the end. */
  peek(): string {
    return this.#text.charAt(this.index);
  }

  skip(): void {
    this.index += 1;
  }

  lineOf(offset: number): number {
    return placeAt(this.#text, offset).line;
  }

  error(what: string, at = this.index): CueLoopError {
    const { line, column } = placeAt(this.#text, at);
    return new CueLoopError("json.syntax", {
      message: `${this.#file}:${line}:${column}: ${what}.`,
      where: { file: this.#file, line, column },
    });
  }

  /** Skips white space and comments. */
  blanks(): void {
    for (;;) {
      this.#take(this.#blank);
      if (this.#text.startsWith("//", this.index)) {
        const end = this.#text.indexOf("\n", this.index);
        this.index = end < 0 ? this.#text.length : end;
      } else if (this.#text.startsWith("/*", this.index)) {
        const end = this.#text.indexOf("*/", this.index + 2);
        if (end < 0) throw this.error("the comment is not closed");
        this.index = end + 2;
      } else return;
    }
  }

  /** A run of characters that can be a number, a word or an unquoted key. */
  word(): string {
    return this.#take(this.#word);
  }

  /** A quoted string; raw newlines are part of it. */
  string(): string {
    const begin = this.index;
    const quote = this.peek();
    const plain = quote === '"' ? this.#plain : this.#plainSingle;
    this.index += 1;
    let text = this.#take(plain);
    while (this.peek() === "\\") text += this.#escape() + this.#take(plain);
    if (this.atEnd()) throw this.error("the string is not closed", begin);
    this.index += 1;
    return text;
  }

  #escape(): string {
    const begin = this.index;
    const letter = this.#text.charAt(begin + 1);
    this.index += 2;
    if (letter === "u") {
      const digits = this.#text.slice(this.index, this.index + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.error("four hexadecimal digits are expected after `\\u`", begin);
      this.index += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = ESCAPES.get(letter);
    if (meant === undefined) throw this.error("this is no escape sequence; a backslash itself is written `\\\\`", begin);
    return meant;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.index;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.index += found.length;
    return found;
  }
}
