// A byte order mark is part of what a program said.
const AS_IT_IS = { ignoreBOM: true } as const;

/** The last part of a stream; bytes become text with split characters joined and invalid ones replaced. */
export class StreamTail {
  readonly #limit: number;
  /** Made for the first text that is asked for as it comes. */
  #decoder: TextDecoder | null = null;
  #chunks: Uint8Array[] = [];
  #first = 0;
  #kept = 0;
  #truncated = false;

  /** @param limit how many bytes are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#kept += bytes.length;
    this.#forget();
  }

  /** The next bytes as text, without a character that is not complete yet. */
  decode(bytes: Uint8Array): string {
    this.#decoder ??= new TextDecoder("utf-8", AS_IT_IS);
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** What is left of a character that never was completed. */
  end(): string {
    return this.#decoder?.decode() ?? "";
  }

  /** The kept end, cut at a character. */
  text(): string {
    if (this.#kept === 0) return "";
    const bytes = Buffer.concat(this.#chunks.slice(this.#first));
    let from = Math.max(0, bytes.length - this.#limit);
    if (from > 0) while (isContinuation(bytes[from])) from += 1;
    return new TextDecoder("utf-8", AS_IT_IS).decode(bytes.subarray(from));
  }

  /** Lets go of chunks that lie wholly before the kept end. */
  #forget(): void {
    if (this.#kept > this.#limit) this.#truncated = true;
    for (;;) {
      const oldest = this.#chunks[this.#first];
      if (oldest === undefined || this.#kept - oldest.length < this.#limit) break;
      this.#kept -= oldest.length;
      this.#first += 1;
    }
    if (this.#first > 1024) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
