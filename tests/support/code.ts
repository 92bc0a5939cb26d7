import { join } from "node:path";
import { readClosure } from "../../src/runtime/closure/read.ts";
import { executable, type Finished, type Repository } from "./repository.ts";

/** The digest of a repository's code, as a script would take it from `config trust status`. */
export async function digestOf(repo: Repository): Promise<string> {
  return (await readClosure(repo.root)).digest;
}

/** Agrees to the code as it is now, as a script does. */
export async function allowCode(repo: Repository): Promise<void> {
  const allowed = await repo.cueloop("config", "trust", "allow", "--digest", await digestOf(repo));
  if (allowed.code !== 0) throw new Error(allowed.stderr);
}

/** A repository with an empty queue and this `cueloop.config.ts`, agreed to. */
export async function withCode(repo: Repository, config: string, files: Readonly<Record<string, string>> = {}): Promise<Repository> {
  repo.books([]).write({ "cueloop.config.ts": config, ...files });
  await allowCode(repo);
  return repo;
}

/** Runs the executable with variables besides the usual ones. */
export function cueloopWith(repo: Repository, env: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished> {
  return repo.run([executable, ...args], { env });
}

/** Where the user's decisions are. */
export function trustDirectory(repo: Repository): string {
  return join(repo.home, ".local/state/cueloop/trust");
}
