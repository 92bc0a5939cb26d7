import { expect, test } from "bun:test";
import { type CompletionFacts, decideCompletion } from "../../../src/run/completion/decide.ts";

test.each([
  [{ place: { file: "queue", status: "doing" }, recorded: null }, { kind: "complete" }],
  [{ place: { file: "queue", status: "todo" }, recorded: "done" }, { kind: "complete" }],
  [
    { place: { file: "queue", status: "doing" }, recorded: "rejected" },
    { kind: "reject", archive: true },
  ],
  [
    { place: { file: "queue", status: "rejected" }, recorded: null },
    { kind: "reject", archive: true },
  ],
  [
    { place: { file: "done", status: "rejected" }, recorded: "done" },
    { kind: "reject", archive: false },
  ],
  [
    { place: { file: "queue", status: "done" }, recorded: null },
    { kind: "confirm", archive: true },
  ],
  [
    { place: { file: "done", status: "done" }, recorded: null },
    { kind: "confirm", archive: false },
  ],
  [
    { place: { file: "done", status: "doing" }, recorded: null },
    { kind: "inconsistent", status: "doing" },
  ],
  [{ place: null, recorded: "done" }, { kind: "lost" }],
] satisfies [CompletionFacts, object][])("%j is answered by %j", (facts, plan) => expect<object>(decideCompletion(facts)).toEqual(plan));
