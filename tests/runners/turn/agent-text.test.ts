import { expect, test } from "bun:test";
import { INIT, print, SAYS, ScriptedAgent } from "./scripted.ts";

test.each([
  ["an answer", SAYS("The server said 429 too many requests, then 503 and 401 unauthorized.")],
  ["a tool's output", { type: "user", message: { content: [{ type: "tool_result", content: "rate limit 429" }] } }],
  ["a line that is no event", "GET /a 503 service unavailable"],
])("%s that quotes statuses decides nothing", async (_name, line) => {
  using agent = new ScriptedAgent(`${print(INIT, line)}; echo 'panicked at main.rs:401:9' >&2; exit 1`);
  expect(await agent.turn("claude")).toMatchObject({ kind: "failed", class: "permanent", reason: "fatal_exit" });
});
