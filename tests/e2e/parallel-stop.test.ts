import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { Team } from "../support/team.ts";

const two = () => new Team({ "RQ-0001": {}, "RQ-0002": {} }).deeds({ "RQ-0001": "tell one\nawait go\necho one > RQ-0001.txt" });

/** What a program prints, as it comes. */
function listen(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const over = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
    return text;
  })();
  const until = async (wanted: string) => {
    const end = performance.now() + 20_000;
    while (!text.includes(wanted)) {
      if (performance.now() > end) throw new Error(`${wanted} was not said, but: ${text}`);
      await Bun.sleep(10);
    }
  };
  return { over, until };
}

test.each([
  ["stays", ["RQ-0001"], "Stopped on request."],
  ["is taken back", ["RQ-0001", "RQ-0002"], "Nothing is left to begin."],
] as const)("a request to stop that %s", async (what, landed, end) => {
  using repo = two();
  const loop = repo.startLoop(1);
  const output = listen(loop.stdout);
  await repo.appeared("one", 20_000);
  expect((await repo.cueloop("queue", "stop")).code).toBe(0);
  await output.until("Stopping, as asked: no more tasks are begun, 1 is finished first.");
  if (what === "is taken back") {
    rmSync(repo.path(".cueloop/cache/stop_requested"));
    await output.until("Going on");
  }
  repo.tell("go");
  expect(await loop.exited).toBe(0);
  expect(await output.over).toContain(end);
  expect(repo.landed()).toEqual([...landed]);
  expect(repo.has(".cueloop/cache/stop_requested")).toBeFalse();
});
