import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "valibot";
import { loadRepo } from "../../../src/config/resolve.ts";
import { readWorkerInputs, type WorkerSettings, workerRepo, writeWorkerInputs } from "../../../src/parallel/worker/inputs.ts";
import { canonicalTask, TaskRecord } from "../../../src/queue/task.ts";
import { contextOf } from "../../config/context.ts";
import { errorOf } from "../../support/errors.ts";
import { Repository, task } from "../../support/repository.ts";

let directory: string;
let repository: Repository;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cueloop-worker-inputs-"));
  repository = new Repository();
});
afterEach(() => {
  repository[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const CONFIG = {
  version: 2,
  project_type: "docs",
  queue: { id_prefix: "AB", id_width: 3, aging_thresholds: { warning_days: 3 } },
  agent: {
    runner: "codex",
    phases: 2,
    instruction_files: [],
    ci_gate: { enabled: true, argv: ["make", "check"] },
    phase_overrides: { phase2: { model: "gpt-5.5", reasoning_effort: "high" } },
    runner_cli: { defaults: { verbosity: "quiet" }, runners: { codex: { sandbox: "disabled" } } },
    webhook: { url: "https://example.invalid/hook", secret: "s3cret" },
    runner_retry: { max_attempts: 5 },
  },
  parallel: { workers: 3, ignored_file_allowlist: ["a.local"], push_backoff_ms: [] },
  plugins: { plugins: { "my.plugin": { enabled: true, config: { deep: [null, { a: null }] } } } },
  profiles: { night: { runner: "claude", model: "opus" } },
};

const SETTINGS: WorkerSettings = {
  runId: "run-1",
  branch: "cueloop/AB-001",
  seeded: ["x.env"],
  remote: { name: "origin", branch: "main" },
};

test.each([
  ["the defaults", {}, {}],
  ["a file and a profile", { ".cueloop/config.jsonc": JSON.stringify(CONFIG) }, { profile: "night" }],
])("what is written is what is read: %s", async (_, files, options) => {
  repository.write({ ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }), ...files });
  const loaded = await loadRepo(contextOf(repository), { kind: "execute", insideRun: null, ...options });
  const record = canonicalTask(parse(TaskRecord, task("AB-001", { agent: { phases: 1 }, custom_fields: { a: "b" } })));
  writeWorkerInputs(directory, { task: record, repo: loaded, base: "a".repeat(40), settings: SETTINGS });
  const inputs = readWorkerInputs(directory, "AB-001");
  expect({ ...inputs, provenance: null, trust: null }).toEqual({
    task: record,
    settings: SETTINGS,
    base: "a".repeat(40),
    config: loaded.config,
    provenance: null,
    trust: null,
    idPrefix: loaded.idPrefix,
    idWidth: loaded.idWidth,
  });
  expect(inputs.trust.status).toBe(loaded.trust.status);
  for (const path of [
    ["runner"],
    ["model"],
    ["reasoning_effort"],
    ["phase_overrides", "phase2", "model"],
    ["phase_overrides", "phase1", "model"],
  ]) {
    expect([path, inputs.provenance.of(["agent", ...path])]).toEqual([path, loaded.provenance.of(["agent", ...path])]);
  }
});

test("the files are for their owner alone, as they hold what the configuration holds", async () => {
  const loaded = await loadRepo(contextOf(repository), { kind: "execute", insideRun: null });
  writeWorkerInputs(directory, { task: parse(TaskRecord, task("RQ-0001")), repo: loaded, base: "b", settings: SETTINGS });
  for (const name of ["task.json", "config.json"]) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
});

test("a worker's repository is its worktree, with prompts and plugins of the coordinator's checkout", async () => {
  const loaded = await loadRepo(contextOf(repository), { kind: "execute", insideRun: null });
  writeWorkerInputs(directory, { task: parse(TaskRecord, task("RQ-0001")), repo: loaded, base: "b", settings: SETTINGS });
  const place = { root: "/w", coordinatorRoot: "/c", queuePath: "/w/q.jsonc", donePath: "/w/d.jsonc" };
  const { root, runtimeDir, sourceDir, queuePath, donePath } = workerRepo(
    contextOf(repository),
    readWorkerInputs(directory, "RQ-0001"),
    place,
  );
  expect({ root, runtimeDir, sourceDir, queuePath, donePath }).toEqual({
    root: "/w",
    runtimeDir: "/w/.cueloop",
    sourceDir: "/c/.cueloop",
    queuePath: "/w/q.jsonc",
    donePath: "/w/d.jsonc",
  });
});

test.each([
  ["there is none", null],
  ["it is half", '{"version": 1, "settings"'],
  ["it is of another shape", '{"version": 7}'],
])("a configuration that cannot be used is named: %s", async (_, text) => {
  const loaded = await loadRepo(contextOf(repository), { kind: "execute", insideRun: null });
  writeWorkerInputs(directory, { task: parse(TaskRecord, task("RQ-0001")), repo: loaded, base: "b", settings: SETTINGS });
  const file = join(directory, "config.json");
  if (text === null) rmSync(file);
  else writeFileSync(file, text);
  const error = await errorOf(() => readWorkerInputs(directory, "RQ-0001"));
  expect([error.code, error.where?.file]).toEqual(["parallel.worker_inputs", file]);
  expect(readFileSync(join(directory, "task.json"), "utf8")).toContain("RQ-0001");
});

test("a task that is not the one that was asked for is refused", async () => {
  const loaded = await loadRepo(contextOf(repository), { kind: "execute", insideRun: null });
  writeWorkerInputs(directory, { task: parse(TaskRecord, task("RQ-0001")), repo: loaded, base: "b", settings: SETTINGS });
  expect((await errorOf(() => readWorkerInputs(directory, "RQ-0002"))).message).toContain("it is about RQ-0001, not RQ-0002");
});
