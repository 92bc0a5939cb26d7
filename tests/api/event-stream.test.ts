import { expect, test } from "bun:test";
import { EventStream } from "../../src/api/event-stream.ts";

test("a reader gets everything in order, what was told before it came too", async () => {
  const stream = new EventStream<number>();
  stream.push(1);
  stream.push(2);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const value of stream.read()) seen.push(value);
  })();
  await Promise.resolve();
  stream.push(3);
  stream.end();
  await reading;
  expect(seen).toEqual([1, 2, 3]);
});

test("a second reader is refused: it would get what the first one misses", async () => {
  const stream = new EventStream<number>();
  stream.end();
  await stream.read().next();
  expect(() => stream.read()).toThrow("once");
});
