import { expect, test } from "bun:test";
import { readState } from "../../../src/parallel/state/read.ts";
import { Place, stateWith, worker } from "./support.ts";

const plain = { task_id: "RQ-0001", workspace_path: "/w/RQ-0001", started_at: "2026-11-20T08:00:00Z" };

test("without a file there is no state", () => {
  using place = new Place();
  expect(readState(place)).toEqual({ kind: "none" });
});

test.each([
  ["no version", { started_at: "s", base_branch: "main", workers: [plain] }, { started_at: "s", target_branch: "" }],
  ["version 1", { schema_version: 1, workers: "none" }, { started_at: "", target_branch: "" }],
  ["version 2", { schema_version: 2, target_branch: "dev", tasks: [1], workers: [{ pr: 7 }] }, { started_at: "", target_branch: "dev" }],
])("%s: the workers are not taken over", (_, file, kept) => {
  using place = new Place().holding(file);
  expect(readState(place)).toEqual({ kind: "state", state: { schema_version: 3, workers: [], ...kept } });
});

test("version 3 is taken as it is, defaults filled in and unknown keys kept", () => {
  const text = `{ // by hand
    "schema_version": 3, "target_branch": "main", "more": [1],
    "workers": [{ "task_id": "RQ-0001", "workspace_path": "/w/RQ-0001", "started_at": "2026-11-20T08:00:00Z", "completed_at": null, "extra": true }],
  }`;
  using place = new Place().holding(text);
  const record = { ...plain, lifecycle: "running", push_attempts: 0, completed_at: null, extra: true };
  const state = { schema_version: 3, started_at: "", target_branch: "main", more: [1], workers: [record] };
  expect(readState(place)).toMatchObject({ kind: "state", state });
});

test("version 4 is told, with what can be understood of it", () => {
  const state = stateWith([worker("RQ-0001")], { schema_version: 4 });
  using place = new Place().holding(state);
  expect(readState(place)).toMatchObject({ kind: "newer", version: 4, state });
  place.holding({ schema_version: 4, workers: { "RQ-0001": "elsewhere" } });
  expect(readState(place)).toMatchObject({ kind: "newer", version: 4, state: { workers: [] } });
});

test.each([
  ["nothing", "", /state\.json.*empty/],
  ["half a file", '{"schema_version": 3, "work', /state\.json:1:/],
  ["a list", "[]", /object/],
  ["a version that is no number", { schema_version: "3" }, /schema_version/],
  ["a lifecycle of its own", stateWith([], { workers: [{ ...plain, lifecycle: "merging" }] }), /workers\[0\]\.lifecycle/],
  ["a record without its task", { schema_version: 3, workers: [{ ...plain, task_id: undefined }] }, /workers\[0\]\.task_id/],
  ["attempts below zero", stateWith([], { workers: [{ ...plain, push_attempts: -1 }] }), /push_attempts/],
])("%s is corrupt, and the reason names the place", (_, file, reason) => {
  using place = new Place().holding(file);
  expect(readState(place)).toEqual({ kind: "corrupt", reason: expect.stringMatching(reason) });
});
