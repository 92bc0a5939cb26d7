import { existsSync, renameSync } from "node:fs";
import { join, relative } from "node:path";
import { formatTimestamp } from "../base/clock.ts";
import { ensureDirectory, readTextIfExists, writeAtomic } from "../base/files.ts";
import type { RepoContext } from "../config/context.ts";
import { RUNTIME_DIR } from "../config/paths.ts";
import { readTrustFile, trustFilePath, writeTrustFile } from "../config/trust/trust-file.ts";
import { isWorkTree, trackedPaths } from "../git/repository.ts";
import { EMPTY_FILE } from "../queue/books.ts";
import { parseQueueFile, renderQueueFile } from "../queue/file.ts";
import { acquireQueueLock } from "../queue/store/lock.ts";
import { rulesOf } from "../queue/store/pair.ts";
import { readBooks } from "../queue/store/read.ts";
import { withQueue } from "../queue/store/transaction.ts";
import { validateQueueSet } from "../queue/validate.ts";
import { ignoresEverything, localPolicy, sharedPolicy } from "./gitignore.ts";
import { guideProblem, guideState, guideText, isGuideNamed } from "./guide.ts";

/** What a person chose, or nothing of it in a run without questions. */
export interface InitChoices {
  readonly runner: string;
  readonly model: string;
  /** The gate's command; null for none. */
  readonly gate: readonly string[] | null;
  /** Commit each finished task. */
  readonly commit: boolean;
}

export interface InitFile {
  readonly what: "queue" | "done" | "config" | "readme" | "gitignore" | "trust";
  readonly status: string;
  readonly path: string;
}

export interface InitReport {
  readonly files: readonly InitFile[];
  /** Paths below the root that this call wrote and that belong into the repository. */
  readonly written: readonly string[];
  /** The configuration was there before, so nothing in it is trusted by this call. */
  readonly configWasThere: boolean;
}

const EMPTY = renderQueueFile({ version: 1, tasks: [] });

/**
 * Makes a repository ready: queue, done file, configuration, guide, `.gitignore`. What is
 * there and valid stays; running it again changes nothing.
 * @throws CueLoopError when a file that is there is invalid (without `force`)
 */
export async function initialise(
  repo: RepoContext,
  options: { readonly force: boolean; readonly choices: InitChoices | null },
): Promise<InitReport> {
  const files: InitFile[] = [];
  ensureDirectory(repo.runtimeDir);
  await prepareBooks(repo, options.force, files);
  const lock = acquireQueueLock(repo, "init");
  try {
    const config = join(repo.runtimeDir, "config.jsonc");
    const configWasThere = existsSync(config) && !options.force;
    if (!configWasThere) writeAtomic(config, JSON.stringify(configFor(options.choices), null, 2));
    refreshGuide(repo, options.force, files);
    await writeIgnore(repo, files);
    files.push({ what: "config", status: configWasThere ? "exists (valid)" : "created", path: config });
    if (!configWasThere) files.push(consent(repo));
    return { files, written: writtenPaths(repo, files), configWasThere };
  } finally {
    lock.release();
  }
}

/** Writes `.cueloop/README.md` where it is missing or older than this executable's. */
export function refreshGuide(repo: Pick<RepoContext, "runtimeDir" | "log">, force: boolean, files: InitFile[] = []): void {
  if (!isGuideNamed(repo)) return;
  const path = join(repo.runtimeDir, "README.md");
  const text = readTextIfExists(path);
  const problem = guideProblem(text);
  if (problem !== null) repo.log.warn(`${path} is written anew: ${problem}.`);
  const state = guideState(text);
  if (state.kind === "current" && !force) {
    files.push({ what: "readme", status: `exists (version ${state.version})`, path });
    return;
  }
  // Written again by the next start, should a power cut take it back.
  writeAtomic(path, guideText, { durable: "content" });
  files.push({ what: "readme", status: state.kind === "missing" ? "created" : "updated", path });
}

/** The files in the runtime directory, wherever the configuration has the queue. */
async function prepareBooks(repo: RepoContext, force: boolean, files: InitFile[]): Promise<void> {
  const queue = join(repo.runtimeDir, "queue.jsonc");
  const done = join(repo.runtimeDir, "done.jsonc");
  const there = { queue: existsSync(queue), done: existsSync(done) };
  const books = { ...repo, queuePath: queue, donePath: done };
  if (force && (there.queue || there.done)) await emptyBooks(books, [queue, done]);
  else if (there.queue) readBooks(books, "strict");
  else if (there.done) checkDoneFile(books);
  const lock = acquireQueueLock(repo, "init");
  try {
    for (const [what, path] of [
      ["queue", queue],
      ["done", done],
    ] as const) {
      const kept = there[what] && !force;
      if (!existsSync(path)) writeAtomic(path, EMPTY);
      files.push({ what, status: kept ? "exists (valid)" : "created", path });
    }
  } finally {
    lock.release();
  }
}

/** A done file without a queue is held against an empty one. */
function checkDoneFile(repo: RepoContext): void {
  const text = readTextIfExists(repo.donePath);
  if (text === null) return;
  validateQueueSet({ queue: EMPTY_FILE, done: parseQueueFile(text, repo.donePath) }, rulesOf(repo, text));
}

/** Empties both files; the old pair stays reachable by `undo`, an unreadable file under a name of its own. */
async function emptyBooks(repo: RepoContext, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const text = readTextIfExists(path);
    if (text === null || isReadable(text, path)) continue;
    const kept = join(
      repo.runtimeDir,
      "cache",
      `${relative(repo.runtimeDir, path)}.unreadable-${formatTimestamp(repo.clock.now()).replaceAll(/[-:.]/g, "")}`,
    );
    ensureDirectory(join(repo.runtimeDir, "cache"));
    renameSync(path, kept);
    repo.log.warn(`${path} could not be read; it is kept as ${kept}.`);
  }
  const empty = { version: 1, tasks: [] } as const;
  await withQueue(repo, { label: "init", operation: "init --force", missingQueue: "empty", logWarnings: false }, () => ({
    books: { queue: empty, done: empty },
    result: undefined,
  }));
}

function isReadable(text: string, path: string): boolean {
  try {
    parseQueueFile(text, path);
    return true;
  } catch {
    return false;
  }
}

function configFor(choices: InitChoices | null): Record<string, unknown> {
  if (choices === null) return { version: 2 };
  const { runner, model, gate, commit } = choices;
  return {
    version: 2,
    agent: {
      runner,
      model,
      phases: 3,
      ci_gate: gate === null ? { enabled: false } : { enabled: true, argv: gate },
      ...(commit ? { git_publish_mode: "commit" } : {}),
      ...(runner === "codex" ? { runner_cli: { runners: { codex: { sandbox: "enabled" } } } } : {}),
    },
  };
}

async function writeIgnore(repo: RepoContext, files: InitFile[]): Promise<void> {
  const path = join(repo.root, ".gitignore");
  try {
    const text = readTextIfExists(path) ?? "";
    const policy = ignoresEverything(text) && !(await isTrackedHere(repo)) ? localPolicy : sharedPolicy;
    const next = policy(text);
    if (next !== text) writeAtomic(path, next);
    files.push({ what: "gitignore", status: next === text ? "exists (valid)" : text === "" ? "created" : "updated", path });
  } catch (error) {
    repo.log.warn(`.gitignore was not changed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether git has anything of the runtime directory. */
async function isTrackedHere(repo: RepoContext): Promise<boolean> {
  return (await isWorkTree(repo)) && (await trackedPaths(repo, RUNTIME_DIR)).length > 0;
}

/** A configuration that this call wrote holds only what the person chose, so it may act. */
function consent(repo: RepoContext): InitFile {
  const path = trustFilePath(repo.root);
  const before = readTrustFile(repo.root);
  if (before?.allowed === true && before.trustedAt !== null) return { what: "trust", status: "exists (valid)", path };
  writeTrustFile(repo.root, formatTimestamp(repo.clock.now()));
  return { what: "trust", status: before === null ? "created" : "updated", path };
}

function writtenPaths(repo: RepoContext, files: readonly InitFile[]): string[] {
  return files
    .filter(({ what, status }) => what !== "trust" && (status === "created" || status === "updated"))
    .map(({ path }) => relative(repo.root, path));
}
