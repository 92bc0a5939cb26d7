import { ReadStream } from "node:tty";

/** Reads single keys from the terminal on standard input until disposed; the terminal is left as it was. */
export class Keys implements Disposable {
  readonly #input: ReadStream;
  readonly #onData: (data: Buffer) => void;

  /** @param press called with each key as the terminal sends it (`\x03` is Ctrl-C) */
  constructor(press: (key: string) => void) {
    this.#input = new ReadStream(0);
    this.#onData = (data) => {
      const text = data.toString("utf8");
      if (text.startsWith("\x1b")) press(text);
      else for (const key of text) press(key);
    };
    this.#input.setRawMode(true);
    this.#input.on("data", this.#onData);
  }

  [Symbol.dispose](): void {
    this.#input.off("data", this.#onData);
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#input.destroy();
  }
}
