/** The last part of a stream as text: bytes are decoded once, split characters are joined. */
export class StreamTail {
  readonly #limit: number;
  readonly #decoder = new TextDecoder();
  #text = "";
  truncated = false;

  /** @param limit how many UTF-16 units are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next bytes and returns them as text. */
  push(bytes: Uint8Array): string {
    return this.#append(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left of a character that never ended. */
  end(): string {
    return this.#append(this.#decoder.decode());
  }

  get text(): string {
    this.#trim(this.#limit);
    return this.#text;
  }

  #append(text: string): string {
    this.#text += text;
    if (this.#text.length > 2 * this.#limit) this.#trim(this.#limit);
    return text;
  }

  #trim(limit: number): void {
    if (this.#text.length <= limit) return;
    this.truncated = true;
    const from = this.#text.length - limit;
    const code = this.#text.charCodeAt(from);
    this.#text = this.#text.slice(code >= 0xdc00 && code <= 0xdfff ? from + 1 : from);
  }
}
