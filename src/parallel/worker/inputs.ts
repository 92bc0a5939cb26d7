import { join } from "node:path";
import * as v from "valibot";
import type { BaseContext } from "../../base/context.ts";
import { CueLoopError, messageOf } from "../../base/errors.ts";
import { readTextIfExists, writeAtomic } from "../../base/files.ts";
import { isPlainObject, record } from "../../base/shape.ts";
import { mergeLayers } from "../../config/layers/merge.ts";
import { RUNTIME_DIR } from "../../config/paths.ts";
import type { Origin, Provenance } from "../../config/provenance.ts";
import type { LoadedRepo } from "../../config/resolve.ts";
import { CODE_LAYER_ENTRIES } from "../../config/schema/code-layer.ts";
import { CONFIG_VERSION, type ResolvedConfig } from "../../config/schema.ts";
import { type Task, TaskRecord } from "../../queue/task.ts";
import { workerFiles } from "../files/paths.ts";

/** What a worker is told besides the task and the configuration. */
export const WorkerSettings = v.object({
  /** The coordinator's run. */
  runId: v.string(),
  /** The worker's own branch, short. */
  branch: v.string(),
  /** Seeded paths that git does not ignore, relative to the worktree: never staged. */
  seeded: v.pipe(v.array(v.string()), v.readonly()),
  /** Where the target is pushed to; null where nothing is pushed. */
  remote: v.nullable(v.object({ name: v.string(), branch: v.string() })),
});
export type WorkerSettings = Readonly<v.InferOutput<typeof WorkerSettings>>;

const Value = v.object({ key: v.string(), value: v.unknown() });
const Trust = v.object({
  status: v.picklist(["none", "trusted", "untrusted", "changed"]),
  consent: v.boolean(),
  file: v.string(),
  tracked: v.boolean(),
  digest: v.nullable(v.string()),
  gated: v.array(Value),
  changes: v.array(v.object({ key: v.string(), old: v.unknown(), new: v.unknown() })),
});

const ConfigFile = v.object({
  version: v.literal(1),
  settings: WorkerSettings,
  config: v.unknown(),
  /** Leaves below `agent` that are not the built-in default, with what set them. */
  origins: v.array(v.tuple([v.array(v.string()), v.picklist(["default", "global", "project", "ts", "profile"])])),
  trust: Trust,
  /** The commit the worktree was made from. */
  base: v.string(),
  idPrefix: v.string(),
  idWidth: v.number(),
});

/** Everything the coordinator settled for a worker. */
export interface WorkerInputs {
  readonly task: Task;
  readonly settings: WorkerSettings;
  readonly base: string;
  readonly config: ResolvedConfig;
  readonly provenance: Provenance;
  readonly trust: LoadedRepo["trust"];
  readonly idPrefix: string;
  readonly idWidth: number;
}

/** Writes `task.json` and `config.json` of a worker's run directory; both only for the owner, as they may hold secrets. */
export function writeWorkerInputs(
  directory: string,
  inputs: {
    readonly task: Task;
    readonly repo: Pick<LoadedRepo, "config" | "provenance" | "trust" | "idPrefix" | "idWidth">;
    readonly base: string;
    readonly settings: WorkerSettings;
  },
): void {
  const { task, repo, base, settings } = inputs;
  const files = workerFiles(directory);
  const config: v.InferInput<typeof ConfigFile> = {
    version: 1,
    settings: { ...settings, seeded: [...settings.seeded] },
    config: repo.config,
    origins: originsOf(repo.config.agent, repo.provenance),
    trust: {
      ...repo.trust,
      gated: repo.trust.gated.map(({ key, value }) => ({ key, value: value ?? null })),
      changes: repo.trust.changes.map((change) => ({ key: change.key, old: change.old ?? null, new: change.new ?? null })),
    },
    base,
    idPrefix: repo.idPrefix,
    idWidth: repo.idWidth,
  };
  writeAtomic(files.task, `${JSON.stringify(task, null, 2)}\n`, { mode: 0o600 });
  writeAtomic(files.config, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** Reads what the coordinator wrote for the task. Error: `parallel.worker_inputs`. */
export function readWorkerInputs(directory: string, taskId: string): WorkerInputs {
  const files = workerFiles(directory);
  const task = parsed(TaskRecord, files.task);
  if (task.id.trim() !== taskId.trim()) throw unusable(files.task, `it is about ${task.id}, not ${taskId}`);
  const { settings, base, config, origins, trust, idPrefix, idWidth } = parsed(ConfigFile, files.config);
  return {
    task,
    settings,
    base,
    config: resolvedFrom(config, files.config),
    provenance: provenanceFrom(origins),
    trust,
    idPrefix,
    idWidth,
  };
}

/** Every key, those that only code sets among them. */
const MergedConfig = record({ version: v.literal(CONFIG_VERSION), ...CODE_LAYER_ENTRIES });

/** A resolved configuration as it comes out of JSON. Error: `parallel.worker_inputs`. */
export function resolvedFrom(value: unknown, file: string): ResolvedConfig {
  const layer = v.safeParse(MergedConfig, value);
  if (!layer.success) throw unusable(file, layer.issues[0].message);
  return mergeLayers([layer.output]);
}

/** The repository as the worker sees it: its worktree, under the configuration of the coordinator's checkout. */
export function workerRepo(
  base: BaseContext,
  inputs: WorkerInputs,
  place: { readonly root: string; readonly coordinatorRoot: string; readonly queuePath: string; readonly donePath: string },
): LoadedRepo {
  return {
    ...base,
    root: place.root,
    runtimeDir: join(place.root, RUNTIME_DIR),
    sourceDir: join(place.coordinatorRoot, RUNTIME_DIR),
    config: inputs.config,
    queuePath: place.queuePath,
    donePath: place.donePath,
    idPrefix: inputs.idPrefix,
    idWidth: inputs.idWidth,
    insideRun: null,
    code: null,
    warnings: [],
    trust: inputs.trust,
    provenance: inputs.provenance,
  };
}

function parsed<S extends v.GenericSchema>(schema: S, path: string): v.InferOutput<S> {
  const text = readTextIfExists(path);
  if (text === null) throw unusable(path, "it is not there");
  const result = v.safeParse(schema, json(text, path));
  if (!result.success) throw unusable(path, result.issues[0].message);
  return result.output;
}

function json(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(path, messageOf(error));
  }
}

function unusable(file: string, why: string): CueLoopError {
  return new CueLoopError("parallel.worker_inputs", {
    message: `${file} does not say what the worker is to do: ${why}.`,
    hint: "Workers are started by `cueloop run loop --parallel`.",
    where: { file },
  });
}

type Origins = v.InferOutput<typeof ConfigFile>["origins"];

function originsOf(agent: ResolvedConfig["agent"], provenance: Provenance): Origins {
  return leaves(agent, ["agent"]).flatMap((path): Origins => {
    const origin = provenance.of(path);
    return origin === "default" ? [] : [[path, origin]];
  });
}

function leaves(value: unknown, path: readonly string[]): string[][] {
  if (!isPlainObject(value)) return [[...path]];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

function provenanceFrom(origins: Origins): Provenance {
  const known = new Map<string, Origin>(origins.map(([path, origin]) => [JSON.stringify(path), origin]));
  return { of: (path) => known.get(JSON.stringify(path)) ?? "default" };
}
