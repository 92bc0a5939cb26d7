import type { RunnerEvent } from "../../src/runners/event.ts";
import { LineSplitter } from "../../src/runners/stream/lines.ts";
import type { LineReader } from "../../src/runners/stream/reading.ts";

/** The events of an output that arrives in these pieces of bytes. */
export function eventsOf(parser: LineReader, ...pieces: readonly Uint8Array[]): RunnerEvent[] {
  const splitter = new LineSplitter();
  const decoder = new TextDecoder();
  const texts = [...pieces.map((piece) => decoder.decode(piece, { stream: true })), decoder.decode()];
  const lines = [...texts.flatMap((text) => splitter.push(text)), ...splitter.end()];
  return [...lines.flatMap((line) => parser.line(line.text)), ...parser.end()];
}

/** The bytes of lines, the last with a line end too. */
export function bytesOf(...lines: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
}

export function recording(name: string): Promise<Uint8Array> {
  return Bun.file(new URL(`recordings/${name}.ndjson`, import.meta.url)).bytes();
}
