import { CueLoopError } from "../errors.ts";

export interface SourcePlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/** A value with its place; an object's or array's members keep theirs. */
export interface JsonNode {
  readonly value: unknown;
  readonly place: SourcePlace;
  readonly entries?: ReadonlyMap<string, JsonNode>;
  readonly items?: readonly JsonNode[];
  readonly number?: string;
}

const MAX_DEPTH = 512;

/** Parses the tolerant superset of JSON. @throws CueLoopError `json.syntax` */
export function parseTolerant(text: string, file: string): JsonNode {
  const reader = new Reader(text, file);
  reader.blanks();
  if (reader.atEnd()) throw reader.error("the file is empty: a JSON value is expected");
  const node = readValue(reader, 0, null);
  reader.blanks();
  if (!reader.atEnd()) throw reader.error("there is something after the end of the value");
  return node;
}

function readValue(reader: Reader, depth: number, at: SourcePlace | null): JsonNode {
  if (depth > MAX_DEPTH) throw reader.error("the value is nested too deeply");
  const place = at ?? reader.place();
  const next = reader.peek();
  if (next === "{") return readObject(reader, depth, place);
  if (next === "[") return readArray(reader, depth, place);
  if (next === '"' || next === "'") return { value: reader.string(), place };
  const word = reader.word();
  if (word === "")
    throw reader.error(reader.atEnd() ? "the text ends where a value is expected" : `a value is expected, found \`${next}\``);
  if (word === "true") return { value: true, place };
  if (word === "false") return { value: false, place };
  if (word === "null") return { value: null, place };
  const number = toNumber(word);
  if (number === null) throw reader.error(`\`${word}\` is no JSON value; text stands in quotes`, word.length);
  return { value: number, place, number: word.startsWith("+") ? word.slice(1) : word };
}

function readObject(reader: Reader, depth: number, place: SourcePlace): JsonNode {
  reader.take();
  const entries = new Map<string, JsonNode>();
  for (;;) {
    reader.blanks();
    if (reader.atEnd()) throw reader.error(`the object that begins at line ${place.line} is not closed`);
    if (reader.peek() === "}") break;
    const keyPlace = reader.place();
    const key = reader.peek() === '"' || reader.peek() === "'" ? reader.string() : reader.word();
    if (key === "" && reader.peek() !== ":") throw reader.error(`a key is expected, found \`${reader.peek()}\``);
    reader.blanks();
    if (reader.peek() !== ":") throw reader.error(`a colon is expected after the key \`${key}\``);
    reader.take();
    reader.blanks();
    entries.delete(key);
    entries.set(key, readValue(reader, depth + 1, keyPlace));
    reader.blanks();
    if (reader.peek() === ",") reader.take();
  }
  reader.take();
  return { value: Object.fromEntries([...entries].map(([key, node]) => [key, node.value])), place, entries };
}

function readArray(reader: Reader, depth: number, place: SourcePlace): JsonNode {
  reader.take();
  const items: JsonNode[] = [];
  for (;;) {
    reader.blanks();
    if (reader.atEnd()) throw reader.error(`the list that begins at line ${place.line} is not closed`);
    if (reader.peek() === "]") break;
    items.push(readValue(reader, depth + 1, null));
    reader.blanks();
    if (reader.peek() === ",") reader.take();
  }
  reader.take();
  return { value: items.map((item) => item.value), place, items };
}

const DECIMAL = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]+)$/;

function toNumber(word: string): number | null {
  const hex = HEXADECIMAL.exec(word);
  if (hex !== null) return (hex[1] === "-" ? -1 : 1) * Number.parseInt(hex[2] ?? "", 16);
  return DECIMAL.test(word) ? Number(word) : null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", "0": "\0" };

/** A cursor over the text that knows its place. */
class Reader {
  readonly #text: string;
  readonly #file: string;
  #index = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  atEnd(): boolean {
    return this.#index >= this.#text.length;
  }

  peek(): string {
    return this.#text[this.#index] ?? "";
  }

  take(): string {
    const next = this.peek();
    this.#index += 1;
    return next;
  }

  #lineStart = 0;
  #line = 1;
  #counted = 0;

  /** Lines are counted on from the place asked for last. */
  place(): SourcePlace {
    for (let index = this.#counted; index < this.#index && index < this.#text.length; index += 1) {
      if (this.#text.charCodeAt(index) === 10) {
        this.#line += 1;
        this.#lineStart = index + 1;
      }
    }
    this.#counted = Math.max(this.#counted, this.#index);
    return { line: this.#line, column: this.#index - this.#lineStart + 1 };
  }

  /** @param back how many characters before the cursor the trouble begins */
  error(what: string, back = 0): Error {
    const place = this.place();
    return syntaxError(this.#file, what, { line: place.line, column: Math.max(1, place.column - back) });
  }

  /** Skips white space and comments. */
  blanks(): void {
    for (;;) {
      while (/\s/.test(this.peek()) && !this.atEnd()) this.#index += 1;
      if (this.#text.startsWith("//", this.#index)) {
        const end = this.#text.indexOf("\n", this.#index);
        this.#index = end < 0 ? this.#text.length : end;
      } else if (this.#text.startsWith("/*", this.#index)) {
        const end = this.#text.indexOf("*/", this.#index + 2);
        if (end < 0) throw this.error("the comment is not closed");
        this.#index = end + 2;
      } else return;
    }
  }

  /** A run of characters that can be a number, a word or an unquoted key. */
  word(): string {
    const match = /[\w$.+-]*/y;
    match.lastIndex = this.#index;
    const word = match.exec(this.#text)?.[0] ?? "";
    this.#index += word.length;
    return word;
  }

  /** A quoted string; raw newlines are part of it. */
  string(): string {
    const begin = this.place();
    const quote = this.take();
    let text = "";
    for (;;) {
      if (this.atEnd()) throw syntaxError(this.#file, "the string is not closed", begin);
      const next = this.take();
      if (next === quote) return text;
      text += next === "\\" ? this.#escape() : next;
    }
  }

  #escape(): string {
    const next = this.take();
    if (next === "u") {
      const digits = this.#text.slice(this.#index, this.#index + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.error("four hexadecimal digits are expected after `\\u`");
      this.#index += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (next === "\n" || next === "") return "";
    return ESCAPES[next] ?? next;
  }
}

/** An error about a text that does not parse, with its place. */
function syntaxError(file: string, what: string, place: SourcePlace): CueLoopError {
  return new CueLoopError("json.syntax", {
    message: `${file}:${place.line}:${place.column}: ${what}.`,
    where: { file, line: place.line, column: place.column },
  });
}
