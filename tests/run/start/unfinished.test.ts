import { expect, test } from "bun:test";
import { decideUnfinished, type UnfinishedFacts } from "../../../src/run/start/unfinished.ts";

const message = "RQ-0001: Write the file";
const archive = { step: "archive", message } as const;
const publish = { step: "publish", message } as const;

test.each([
  ["a task that is still active", { sidecar: archive, isActive: true, hasWork: true }, "not_archived"],
  ["an attempt that did not reach its archive", { sidecar: { step: "gate" }, isActive: false, hasWork: true }, "not_archived"],
  ["archived, the commit not begun", { sidecar: archive, isActive: false, hasWork: true }, "not_committed"],
  ["archived, the commit refused", { sidecar: publish, isActive: false, hasWork: true }, "not_committed"],
  ["committed by hand since", { sidecar: publish, isActive: false, hasWork: false }, "committed"],
  ["committed by the run", { sidecar: { ...publish, commit: "9f2c" }, isActive: false, hasWork: true }, "committed"],
  ["publishing was off", { sidecar: { step: "archive" }, isActive: false, hasWork: true }, "committed"],
] satisfies [string, UnfinishedFacts, string][])("%s", (_name, facts, expected) => expect<string>(decideUnfinished(facts)).toBe(expected));
