import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Script, scriptedAgent } from "./agent.ts";
import { isRecord, json } from "./books.ts";
import { allowCode } from "./code.ts";
import { Repository, task } from "./repository.ts";

/** What a hook of the test configurations told, with the name it told it under. */
export interface Told {
  readonly name: string;
  readonly value: unknown;
}

const PRELUDE = `import { appendFileSync } from "node:fs";
const tell = (name, value = null) => appendFileSync(process.env.HOME + "/told.ndjson", JSON.stringify({ name, value }) + "\\n");
`;

/**
 * Gives a repository a trusted `cueloop.config.ts` with these hooks, and commits it. In the hooks `tell(name, value)` writes
 * down what the test is to see.
 * @param hooks an object, or an array of them, as source text
 */
export async function withHooks(repository: Repository, hooks: string, more = ""): Promise<void> {
  repository.write({ "cueloop.config.ts": `${PRELUDE}export default { hooks: ${hooks}${more === "" ? "" : `, ${more}`} };\n` });
  await allowCode(repository);
  repository.commit("hooks");
}

/** Everything told so far, in order. */
export function told(repository: Repository): Told[] {
  const file = join(repository.home, "told.ndjson");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const value = json(line);
      if (!isRecord(value) || typeof value["name"] !== "string") throw new Error(`not told by a hook: ${line}`);
      return { name: value["name"], value: value["value"] };
    });
}

/** The values told under a name. */
export function toldAs(repository: Repository, name: string): unknown[] {
  return told(repository)
    .filter((one) => one.name === name)
    .map(({ value }) => value);
}

/** The names told, in order. */
export function namesTold(repository: Repository): string[] {
  return told(repository).map(({ name }) => name);
}

/** A step of the agent that writes a file. */
export const file = (name: string, text = "fine\n") => ({ write: `${name}.txt`, text });

export const two: readonly Record<string, unknown>[] = [task("RQ-0001", { title: "First" }), task("RQ-0002", { title: "Second" })];

export interface HookedSetting {
  readonly script?: Script;
  readonly tasks?: readonly Record<string, unknown>[];
  /** Keys of `agent` in the project's file. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** Further keys of the executable configuration. */
  readonly more?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository whose tasks a script works, with trusted hooks; each task's work is committed. */
export async function hooked(hooks: string, setting: HookedSetting = {}): Promise<Repository> {
  const { script = [[file("one")], [file("two")]], tasks, agent, more, files = {} } = setting;
  const repo = new Repository();
  scriptedAgent(repo, script, { agent: { git_publish_mode: "commit", ...agent } });
  repo
    .write(files)
    .books(tasks ?? [task("RQ-0001", { title: "First" })])
    .commit("start");
  await withHooks(repo, hooks, more);
  return repo;
}

/** Subjects of the commits, newest first. */
export function subjects(repo: Repository): string[] {
  return repo.git("log", "--format=%s").trim().split("\n");
}
