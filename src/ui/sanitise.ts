/** What the terminal would be in the middle of: plain text, an escape sequence, or the text of a control string. */
type State = "text" | "escape" | "intermediate" | "csi" | "string" | "stringEscape";

const SPECIAL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
/** Introducers of control strings: DCS, SOS, OSC, PM, APC as the character behind ESC. */
const STRING_INTRODUCERS = "PX]^_";

/**
 * Takes what could steer a terminal out of text that is not ours: escape
 * sequences vanish, other control characters become their symbols (`␇`), line
 * breaks and tabs stay. Sequences may be split over any number of chunks.
 */
export class Sanitiser {
  #state: State = "text";
  /** A carriage return waits for the next character: before a newline it is part of the line break. */
  #return = false;

  /** The part of the chunk that is safe to show. */
  push(chunk: string): string {
    if (this.#state === "text" && !this.#return && !SPECIAL.test(chunk)) return chunk;
    let shown = "";
    for (const character of chunk) shown += this.#step(character);
    return shown;
  }

  /** What was held back; an unfinished sequence is dropped. */
  end(): string {
    const rest = this.#return ? "␍" : "";
    this.#return = false;
    this.#state = "text";
    return rest;
  }

  #step(character: string): string {
    if (!this.#return) return this.#next(character);
    this.#return = false;
    return character === "\n" ? "\n" : `␍${this.#next(character)}`;
  }

  #next(character: string): string {
    switch (this.#state) {
      case "text":
        return this.#text(character);
      case "escape":
        return this.#escape(character);
      case "intermediate":
        if (isBetween(character, " ", "/")) return "";
        return this.#finish(isBetween(character, "0", "~"), character);
      case "csi":
        if (isBetween(character, " ", "?")) return "";
        return this.#finish(isBetween(character, "@", "~"), character);
      case "string":
        return this.#string(character);
      case "stringEscape":
        if (character === "\\") return this.#finish(true, character);
        return this.#escape(character);
    }
  }

  #text(character: string): string {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x80 && code <= 0x9f) return this.#escape(String.fromCharCode(code - 0x40));
    if (code === 0x1b) this.#state = "escape";
    else if (code === 0x0d) this.#return = true;
    else if (code === 0x7f) return "␡";
    else if (code < 0x20 && code !== 0x0a && code !== 0x09) return String.fromCharCode(0x2400 + code);
    else return character;
    return "";
  }

  /** The character behind ESC (or the one an 8-bit control stands for). */
  #escape(character: string): string {
    if (character === "[") this.#state = "csi";
    else if (STRING_INTRODUCERS.includes(character)) this.#state = "string";
    else if (isBetween(character, " ", "/")) this.#state = "intermediate";
    else return this.#finish(isBetween(character, "0", "~"), character);
    return "";
  }

  /** A control string ends where a terminal ends it, and at a line break, so that one left open hides a line at most. */
  #string(character: string): string {
    if (character === "\x1b") this.#state = "stringEscape";
    else if (character === "\x07" || character === "\x9c" || character === "\x18" || character === "\x1a") this.#state = "text";
    else if (character === "\n" || character === "\r") return this.#finish(false, character);
    return "";
  }

  /** Ends a sequence; a character that does not belong to it is read again as text. */
  #finish(belongs: boolean, character: string): string {
    this.#state = "text";
    return belongs ? "" : this.#text(character);
  }
}

/** Foreign text, safe to show: see `Sanitiser`. */
export function sanitise(text: string): string {
  if (!SPECIAL.test(text)) return text;
  const sanitiser = new Sanitiser();
  return sanitiser.push(text) + sanitiser.end();
}

/** Foreign text as one line: sanitised, line breaks and tabs turned into blanks. */
export function sanitiseLine(text: string): string {
  return sanitise(text).replace(/[\n\t]/g, " ");
}

function isBetween(character: string, first: string, last: string): boolean {
  return character.length === 1 && character >= first && character <= last;
}
