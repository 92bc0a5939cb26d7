import { expect, test } from "bun:test";
import { agentCalls } from "../support/agent.ts";
import { file, hooked } from "../support/hooks.ts";
import { executable } from "../support/repository.ts";

test("a prompt function has the last word, and what it returns is not expanded again", async () => {
  using repo = await hooked("{ beforePhase({ prompt }) { tell('prompt', prompt.length > 0); } }", {
    script: [[file("one")]],
    more: `prompts: { worker: (context, base) => base + "\\nFor " + context.TASK_ID + ": keep {{X}}", worker_single_phase: (context, base) => "NEW " + base }`,
  });
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(0);
  const [call] = agentCalls(repo);
  expect(call?.prompt).toStartWith("NEW ");
  expect(call?.prompt).toContain("For RQ-0001: keep {{X}}");
});

test.each([
  ["throws", `() => { throw new Error("no words"); }`, "no words"],
  ["is blank", `() => " "`, "must return a text that is not blank"],
  ["is a promise", `async () => "later"`, "not a promise"],
])("a prompt function that %s fails the phase before the agent starts", async (_, body, said) => {
  using repo = await hooked("{}", { script: [[file("one")]], more: `prompts: { worker: ${body} }` });
  const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("The prompt function worker failed");
  expect(run.stderr).toContain(said);
  expect(run.stderr).toContain("cueloop.config.ts");
  expect(agentCalls(repo)).toEqual([]);
});

test("Ctrl-C ends a prompt function that never waits", async () => {
  using repo = await hooked("{}", { more: `prompts: { worker() { tell("looping"); for (;;); } }` });
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("told.ndjson");
  run.kill("SIGINT");
  expect(await run.exited).toBe(1);
  expect(await new Response(run.stderr).text()).toContain("The run was interrupted while it worked on RQ-0001.");
  expect(agentCalls(repo)).toEqual([]);
});
