import { executable, type Finished } from "../repository.ts";
import type { Workshop } from "./workshop.ts";

/** A run that was started and is being watched; ended, should it still go on, when disposed. */
export class Running implements AsyncDisposable {
  readonly finished: Promise<Finished>;
  readonly #child: Bun.Subprocess<Blob, "pipe", "pipe">;
  #stdout = "";
  #heard = Promise.withResolvers<void>();

  constructor(shop: Workshop, args: readonly string[]) {
    this.#child = shop.start([executable, ...args], { env: { PATH: `${shop.bin}:${shop.env["PATH"]}` } });
    this.finished = this.#finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The second one does not wait for the agent.
    for (const _ of [1, 2]) if (this.#child.exitCode === null) this.#child.kill("SIGINT");
    await this.finished;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until the person has been told this; fails when the run ends without it. */
  async told(text: string): Promise<void> {
    while (!this.#stdout.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`the run ended without telling ${text}`);
      await this.#heard.promise;
    }
  }

  async #finish(): Promise<Finished> {
    const [stderr, code] = await Promise.all([new Response(this.#child.stderr).text(), this.#child.exited, this.#read()]);
    return { code, stdout: this.#stdout, stderr };
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) {
      this.#stdout += decoder.decode(chunk, { stream: true });
      this.#hear();
    }
    await this.#child.exited;
    this.#hear();
  }

  #hear(): void {
    const { resolve } = this.#heard;
    this.#heard = Promise.withResolvers();
    resolve();
  }
}
