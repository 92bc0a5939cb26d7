import { filesOfTask } from "../../../src/parallel/files/paths.ts";
import { readResult } from "../../../src/parallel/files/result-file.ts";
import { mergedHeld } from "../../../src/parallel/landing/held.ts";
import { land } from "../../../src/parallel/landing/land.ts";
import { recover } from "../../../src/parallel/recovery/recover.ts";
import type { PublishMode } from "../../../src/run/options.ts";
import { coordinate } from "./setting.ts";

/** A coordinator of its own: recovers what was interrupted, then lands the task. Prints how it ended. */
const [root = "", mode = "commit", taskId = ""] = process.argv.slice(2);
const modes: Readonly<Record<string, PublishMode>> = { commit: "commit", commit_and_push: "commit_and_push" };
await using it = await coordinate({ root, env: process.env }, { mode: modes[mode] ?? "commit" });
const { run, admin } = it;
await recover(run, admin);
await mergedHeld(run, admin);
const record = run.state.require(taskId);
const result = readResult(filesOfTask(run.context.runtimeDir, taskId).result);
const isOver = record.lifecycle === "completed";
const end = isOver || result === null ? { kind: record.lifecycle } : await land(run, admin, record, result);
process.stdout.write(`${JSON.stringify(end)}\n`);
