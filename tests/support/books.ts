import { existsSync, readdirSync } from "node:fs";
import type { Repository } from "./repository.ts";

/** A value with string keys, as JSON gives it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tasks as `RQ-0001 todo`, in file order. */
export function statuses(tasks: readonly unknown[]): string[] {
  return tasks.map((task) => (isRecord(task) ? `${task["id"]} ${task["status"]}` : "no task"));
}

/** The task with this id among the records of a file. */
export function record(tasks: readonly unknown[], id: string): Record<string, unknown> {
  const found = tasks.filter(isRecord).find((task) => task["id"] === id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
}

/** Both files and the names of the undo snapshots: the same before and after a command that changes nothing. */
export function booksOf(repo: Repository): string {
  const text = (file: string) => (repo.has(file) ? repo.read(file) : null);
  return JSON.stringify([text(".cueloop/queue.jsonc"), text(".cueloop/done.jsonc"), snapshots(repo)]);
}

/** `operation` of each undo snapshot, oldest first. */
export function operations(repo: Repository): unknown[] {
  return snapshots(repo).map((name) => {
    const value: unknown = JSON.parse(repo.read(`.cueloop/cache/undo/${name}`));
    return isRecord(value) ? value["operation"] : null;
  });
}

/** JSON printed on stdout. */
export function json(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new Error(`no object: ${text}`);
  return value;
}

function snapshots(repo: Repository): string[] {
  const folder = repo.path(".cueloop/cache/undo");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
