import { describe, expect, test } from "bun:test";
import { withCode } from "../support/code.ts";
import { AGAIN, asked, TELL, withRunner } from "../support/code-runner.ts";
import { Repository, task } from "../support/repository.ts";

const RETRY = { runner_retry: { max_attempts: 2, base_backoff_ms: 1 } };
const WORK = `{ argv: ["sh", "-c", "echo x >> one.txt"] }`;
const isAgain = `prompt.includes("again please")`;

describe("sessions of a runner of the configuration", () => {
  /** Its agent says nothing about sessions. */
  const OWN = `newSessionId: () => "own-" + (globalThis.made = (globalThis.made ?? 0) + 1),`;

  test("an id of its own is given to the first call, and continued", async () => {
    using repo = await withRunner(
      `{ ${OWN} command: ({ sessionId, newSessionId }) => { note(["command", sessionId, newSessionId]); return ${WORK}; },
         resume: ({ sessionId, newSessionId, prompt }) => { note(["resume", sessionId, newSessionId, ${isAgain}]); return { argv: ["true"] }; } }`,
      {},
      AGAIN,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      ["command", null, "own-1"],
      ["resume", "own-1", null, true],
    ]);
  });

  test("a first call that is killed before it says anything is continued by that id", async () => {
    using repo = await withRunner(
      `{ ${OWN} command: ({ newSessionId }) => { note(["command", newSessionId]); return { argv: ["sh", "-c", "kill -KILL $$"] }; },
         resume: ({ sessionId }) => { note(["resume", sessionId]); return ${WORK}; } }`,
      RETRY,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      ["command", "own-1"],
      ["resume", "own-1"],
    ]);
  });

  test.each([
    ["a failed call", "echo 'no such session' >&2; exit 42", [42, "no such session"]],
    ["a call that hides it behind exit 0", "echo 'no such session' >&2", [0, "no such session"]],
    ["a line that is no event", "echo 'LOST'; exit 1", [1, "LOST"]],
  ])("an unknown session, told by %s, is followed by a fresh one with the whole prompt", async (_, script, failure) => {
    using repo = await withRunner(
      `{ ${OWN} reportsEnd: true,
         command: ({ newSessionId, prompt }) => { note(["command", newSessionId, prompt.includes("First"), ${isAgain}]); return { argv: ["sh", "-c", "echo x >> one.txt; echo END"] }; },
         resume: ({ sessionId }) => { note(["resume", sessionId]); return { argv: ["sh", "-c", ${JSON.stringify(script)}] }; },
         parse: (line) => [line === "END" ? { type: "end", ok: true } : { type: "raw", text: line }],
         isUnknownSession: (failure) => { note([failure.exitCode, failure.output.trim(), Object.isFrozen(failure)]); return /no such session|LOST/.test(failure.output); } }`,
      {},
      AGAIN,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      ["command", "own-1", true, false],
      ["resume", "own-1"],
      [...failure, true],
      ["command", "own-2", true, true],
    ]);
  });

  test("another session than the one to continue means that it was lost", async () => {
    using repo = await withRunner(
      `{ keepsSessionId: true,
         command: ({ prompt }) => { note(["command", ${isAgain}]); return { argv: ["sh", "-c", "echo x >> one.txt; echo s-1"] }; },
         resume: ({ sessionId }) => { note(["resume", sessionId]); return { argv: ["echo", "s-2"] }; },
         parse: (id) => [{ type: "session", id }] }`,
      {},
      AGAIN,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      ["command", false],
      ["resume", "s-1"],
      ["command", true],
    ]);
  });

  test("an id of another form is not kept", async () => {
    using repo = await withRunner(
      `{ sessionIdPattern: /^ses_/g,
         command: ({ prompt }) => { note(["command", ${isAgain}]); return { argv: ["sh", "-c", "echo x >> one.txt; echo other_1"] }; },
         resume: () => { note("resume"); return { argv: ["true"] }; },
         parse: (id) => [{ type: "session", id }] }`,
      {},
      AGAIN,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      ["command", false],
      ["command", true],
    ]);
  });

  test("a function has them too", async () => {
    using repo = await withRunner(
      `{ ${OWN} isUnknownSession: ({ exitCode, stderr }) => { note([exitCode, stderr.includes("forgotten")]); return true; },
         async *run({ sessionId, newSessionId, cwd }) {
           note([sessionId, newSessionId]);
           if (sessionId !== null) throw new Error("I have forgotten " + sessionId);
           writeFileSync(cwd + "/one.txt", "fine");
           yield { type: "text", text: "ok" };
         } }`,
      {},
      AGAIN,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      [null, "own-1"],
      ["own-1", null],
      [null, true],
      [null, "own-2"],
    ]);
  });
});

describe("the output of a runner of the configuration", () => {
  const lines = (...texts: string[]) => `({ argv: ["printf", "%s\\\\n", ${texts.map((text) => JSON.stringify(text)).join(", ")}] })`;

  test("is read by a parser of each turn's own, which keeps state over its lines", async () => {
    using repo = await withRunner(
      `{ newSessionId: () => "own-1", command: () => ${lines("Hel", "lo", "tokens 7")}, resume: () => ${lines("again", "tokens 2")},
         createParser({ request, now }) {
           note([request.sessionId, Object.isFrozen(request), Math.abs(now() - Date.now() / 1000) < 60]);
           let answer = "";
           return {
             line: (text) => {
               if (text.startsWith("tokens ")) return [{ type: "usage", input_tokens: Number(text.slice(7)), output_tokens: answer.length, cumulative: false }];
               answer += text;
               return [];
             },
             end: () => [{ type: "text", text: answer }, { type: "final", text: answer + "!" }],
           };
         } }`,
      {},
      `hooks: { afterPhase({ result }) {
        note([result.finalText, result.usage]);
        if (!globalThis.asked) { globalThis.asked = true; return { continueWith: "again please" }; }
      } },`,
    );
    expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([
      [null, true, true],
      ["Hello!", expect.objectContaining({ input_tokens: 7, output_tokens: 5 })],
      ["own-1", true, true],
      ["again!", expect.objectContaining({ input_tokens: 2, output_tokens: 5 })],
    ]);
  });

  test("without `end`, the last text is the answer; what a parser prints has its name", async () => {
    using repo = await withRunner(
      `{ command: () => ${lines("one", "two")},
         createParser() { return new (class { count = 0; line(text) { console.log("line", ++this.count); return [{ type: "text", text }]; } })(); } }`,
      {},
      TELL,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("[runners.mine.createParser] line 2");
    expect(asked(repo)).toMatchObject([{ finalText: "two" }]);
  });

  test.each([
    ["no end event", "working", 1, "Incomplete output: My agent exited with code 0 without saying that its turn was over."],
    ["an end event", "DONE", 0, ""],
    ["an end event of a failure", "FAILED", 1, "My agent reports that its turn failed."],
  ])("that must report its end, with %s", async (_, line, code, said) => {
    using repo = await withRunner(
      `{ displayName: "My agent", reportsEnd: true, command: () => ({ argv: ["sh", "-c", "echo x > one.txt; echo ${line}"] }),
         parse: (text) => [text === "working" ? { type: "text", text } : { type: "end", ok: text === "DONE" }] }`,
    );
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(said);
  });

  test("of a function must report its end too", async () => {
    using repo = await withRunner(`{ reportsEnd: true, async *run() { yield { type: "text", text: "hm" }; } }`);
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("Incomplete output");
  });
});

describe("what a runner of the configuration says about itself", () => {
  const EXPRESSES = `{ supportedOptions: { sandbox: ["enabled"], approval_mode: ["safe"] },
    command: ({ options }) => { note([options.sandbox, options.approval_mode, options.plan_mode, Object.isFrozen(options)]); return ${WORK}; } }`;

  test("options that it expresses reach it, and the others are told of", async () => {
    using repo = await withRunner(EXPRESSES);
    const run = await repo.cueloop("run", "one", "--sandbox", "enabled", "--approval-mode", "safe", "--plan-mode", "enabled");
    expect(run.code).toBe(0);
    const said = run.stdout + run.stderr;
    expect(said).toContain("mine cannot express plan_mode=enabled; it has no effect.");
    expect(said).not.toMatch(/cannot express (?:sandbox|approval_mode)/);
    expect(asked(repo)).toEqual([["enabled", "safe", "enabled", true]]);
  });

  test("a value that it does not express is an error where options must be", async () => {
    using repo = await withRunner(EXPRESSES);
    const run = await repo.cueloop("run", "one", "--sandbox", "disabled", "--unsupported-option-policy", "error");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("mine cannot express sandbox=disabled.");
  });

  test("a program that is missing ends the run before anything is written", async () => {
    using repo = await withRunner(
      `{ displayName: "My agent", program: "no-such-agent", command: () => { note("called"); return ${WORK}; } }`,
    );
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("The program no-such-agent was not found on your PATH; My agent cannot work the task without it.");
    expect(repo.active()).toMatchObject([{ id: "RQ-0001", status: "todo" }]);
  });

  test.each([
    ["a model of its own", `defaultModel: "large", models: ["small", "large"]`, ["large", "medium"]],
    ["no effort", `efforts: []`, ["default", null]],
  ])("with %s", async (_, members, expected) => {
    using repo = await withRunner(`{ ${members}, command: ({ model, effort }) => { note([model, effort]); return ${WORK}; } }`);
    expect(await repo.cueloop("run", "one", ...(members.startsWith("efforts") ? ["--effort", "high"] : []))).toMatchObject({ code: 0 });
    expect(asked(repo)).toEqual([expected]);
  });

  test("a model must be named where it says so", async () => {
    using repo = await withRunner(`{ defaultModel: null, command: () => (${WORK}) }`);
    const run = await repo.cueloop("run", "one");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("The runner mine has no model of its own.");
    expect(run.stderr).toContain("defaultModel");
    expect(await repo.cueloop("run", "one", "--model", "m1")).toMatchObject({ code: 0 });
  });
});

describe("code of a runner that fails", () => {
  test.each([
    ["newSessionId", "no entropy", `command: () => (${WORK}), newSessionId() {\n throw new Error("no entropy"); }`],
    ["newSessionId", "the id must have no blanks", `command: () => (${WORK}), newSessionId: () => "two words"`],
    ["newSessionId", "the form of sessionIdPattern", `command: () => (${WORK}), newSessionId: () => "abc", sessionIdPattern: /^ses_/`],
    ["createParser", "no grammar", `command: () => (${WORK}), createParser() {\n throw new Error("no grammar"); }`],
    ["createParser", "at line: line and end must be functions", `command: () => (${WORK}), createParser: () => ({ lines: () => [] })`],
    [
      "createParser().line",
      "no verb",
      `command: () => ({ argv: ["echo"] }), createParser: () => ({ line() {\n throw new Error("no verb"); } })`,
    ],
    [
      "createParser().end",
      "it must return an array",
      `command: () => (${WORK}), createParser: () => ({ line: () => [], end: () => "done" })`,
    ],
  ])("%s: a failed turn that says where (%s)", async (name, said, body) => {
    using repo = await withRunner(`{ ${body} }`);
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`The function ${name} of the runner mine failed`);
    expect(run.stderr).toContain("cueloop.config.ts");
    expect(run.stderr).toContain(said);
    if (body.includes("throw")) expect(run.stderr).toMatch(/cueloop\.config\.ts:5:/);
    expect(run.stderr).not.toMatch(/checked\.ts|reading\.ts|\$bunfs/);
  });

  test("isUnknownSession that throws is told of, and the turn has failed as it was", async () => {
    using repo = await withRunner(
      `{ newSessionId: () => "own-1", command: () => (${WORK}), resume: () => ({ argv: ["sh", "-c", "exit 3"] }),
         isUnknownSession() { throw new Error("I cannot tell"); } }`,
      {},
      AGAIN,
    );
    const run = await repo.cueloop("run", "one", "--git-revert-mode", "disabled");
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toContain("The function isUnknownSession of the runner mine failed");
    expect(run.stderr).toContain("mine exited with code 3.");
  });
});

test.each([
  [
    "two ways to read",
    `command: () => ({ argv: ["a"] }), parse: () => [], createParser: () => ({ line: () => [] })`,
    "has both `parse` and `createParser`",
  ],
  ["a way to read beside a function", `async *run() {}, createParser: () => ({ line: () => [] })`, "has both `createParser` and `run`"],
  ["a program beside a function", `async *run() {}, program: "agent"`, "has both `program` and `run`"],
  ["a mistyped member", `async *run() {}, keepSessionId: true`, "keepsSessionId"],
  ["a text for a pattern", `async *run() {}, sessionIdPattern: "^ses_"`, "it must be a regular expression"],
  ["a text for yes", `async *run() {}, reportsEnd: "yes"`, "reportsEnd"],
  ["a value that is none of an option's", `async *run() {}, supportedOptions: { sandbox: ["on"] }`, "supportedOptions"],
  ["an option that is none", `async *run() {}, supportedOptions: { sandboxes: ["enabled"] }`, "sandbox"],
  ["a blank name", `async *run() {}, displayName: " "`, "must not be blank"],
  ["a session id that is no function", `async *run() {}, newSessionId: "x"`, "it must be a function"],
])("a runner with %s is refused, with its place", async (_, members, said) => {
  using repo = new Repository();
  await withCode(repo, `export default {\n  runners: { mine: {\n${members} } },\n};`);
  repo.books([task("RQ-0001")]).commit("start");
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/cueloop\.config\.ts:[23]:/);
  expect(run.stderr).toContain("runners.mine");
  expect(run.stderr).toContain(said);
});
