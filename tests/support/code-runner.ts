import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withCode } from "./code.ts";
import { Repository, task } from "./repository.ts";

const HEAD = `import { appendFileSync, writeFileSync } from "node:fs";
import { defineConfig, defineRunner } from "cueloop";
const note = (value) => appendFileSync(process.env.HOME + "/asked.ndjson", JSON.stringify(value) + "\\n");
`;

/** A hook that sends one more message. */
export const AGAIN = `hooks: { afterPhase({ result }) { if (!globalThis.asked) { globalThis.asked = true; return { continueWith: "again please" }; } } },`;
/** A hook that writes down what a turn came to. */
export const TELL = `hooks: { afterPhase({ result }) { note({ finalText: result.finalText, sessionId: result.sessionId, input: result.usage?.input_tokens }); } },`;

/** A repository whose one task is worked by the runner `mine` of its configuration; its code may `note` what it is asked. */
export async function withRunner(runner: string, agent: Record<string, unknown> = {}, more = ""): Promise<Repository> {
  const repo = new Repository();
  const settings = { runner: "mine", phases: 1, git_publish_mode: "off", ci_gate: { enabled: false }, ...agent };
  await withCode(
    repo,
    `${HEAD}export default defineConfig({ agent: ${JSON.stringify(settings)}, ${more} runners: { mine: defineRunner(${runner}) } });\n`,
    {
      ".gitignore": ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n",
      "agent.sh": '#!/bin/sh\ncat > prompt.txt\necho fine > one.txt\necho "$@"\necho \'{"session":"s-1"}\'\n',
    },
  );
  repo.books([task("RQ-0001", { title: "First" })]).commit("start");
  return repo;
}

/** What was noted, in order. */
export const asked = (repo: Repository): unknown[] =>
  readFileSync(join(repo.home, "asked.ndjson"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
