/** The part of a terminal's input stream that reading keys needs. */
export interface Keyboard {
  setRawMode(raw: boolean): unknown;
  on(event: "data", listener: (data: Buffer) => void): unknown;
  off(event: "data", listener: (data: Buffer) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Reads single keys from a terminal until disposed; the terminal is left as it was. */
export class Keys implements Disposable {
  readonly #input: Keyboard;
  readonly #onData: (data: Buffer) => void;

  /** @param press called with each key as the terminal sends it (`\x03` is Ctrl-C) */
  constructor(input: Keyboard, press: (key: string) => void) {
    this.#input = input;
    this.#onData = (data) => {
      const text = data.toString("utf8");
      if (text.startsWith("\x1b")) press(text);
      else for (const key of text) press(key);
    };
    this.#input.setRawMode(true);
    this.#input.on("data", this.#onData);
    // One that was paused before does not begin again by itself.
    this.#input.resume();
  }

  [Symbol.dispose](): void {
    this.#input.off("data", this.#onData);
    this.#input.setRawMode(false);
    this.#input.pause();
  }
}
