import { expect } from "bun:test";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { sha256 } from "../../src/base/files.ts";
import guide from "../../src/setup/guide.md" with { type: "text" };
import { scriptedAgent } from "./agent.ts";
import { type CommandOptions, executable, type Finished, Repository, task } from "./repository.ts";

/** State of this machine and git's objects, which nothing refers to: the rest is what a person has. */
const LEFT_OUT = [".cueloop/cache", ".cueloop/logs", ".git/objects"];

/** One line for everything below the root, git's refs, index and HEAD included: mode, path and a hash of the content. */
export function treeOf(root: string): string[] {
  const lines: string[] = [];
  const walk = (directory: string) => {
    for (const name of readdirSync(directory).sort()) {
      const path = join(directory, name);
      const shown = relative(root, path);
      if (LEFT_OUT.includes(shown)) continue;
      const stat = lstatSync(path);
      const content = stat.isSymbolicLink() ? readlinkSync(path) : stat.isFile() ? sha256(readFileSync(path)) : "";
      lines.push(`${stat.mode.toString(8)} ${shown} ${content}`);
      if (stat.isDirectory()) walk(path);
    }
  };
  walk(root);
  return lines;
}

export interface ReadyOptions {
  /** Keys of `agent` in the project's configuration. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** Other keys of the project's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tasks?: readonly unknown[];
  readonly done?: readonly unknown[];
  /** Written before everything is committed. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A repository in which `run one` would succeed: set up, trusted, committed, with a scripted agent and one task. */
export function readyRepository(options: ReadyOptions = {}): Repository {
  const repo = new Repository();
  scriptedAgent(repo, [[{ write: "work.txt", text: "right\n" }]], { agent: { git_publish_mode: "commit", ...options.agent } });
  const config: unknown = JSON.parse(repo.read(".cueloop/config.jsonc"));
  repo.write({ ".cueloop/config.jsonc": JSON.stringify({ ...(typeof config === "object" ? config : {}), ...options.config }) });
  repo.write({ ".cueloop/README.md": guide });
  repo.books(options.tasks ?? [task("RQ-0001", { title: "Write the file" })], options.done);
  repo.write(options.files ?? {}).commit("start");
  return repo;
}

export interface Refusal extends CommandOptions {
  readonly code?: 1 | 2;
  /** All of it must be in the error. */
  readonly says: readonly (string | RegExp)[];
  /** In place of the executable and its arguments. */
  readonly prefix?: readonly string[];
}

/** The command refuses: one error on stderr that says all this, nothing on stdout, and nothing is changed. */
export async function expectRefused(
  repo: Repository,
  line: string,
  { code = 1, says, prefix = [], ...options }: Refusal,
): Promise<Finished> {
  const before = treeOf(repo.root);
  const finished = await repo.run([...prefix, executable, ...line.split(" ")], options);
  expect(finished).toMatchObject({ code, stdout: "" });
  expect(finished.stderr.match(code === 1 ? /^Error:/gm : /^error:/gm)).toHaveLength(1);
  for (const words of says) expect(finished.stderr).toMatch(words);
  expect(finished.stderr).not.toMatch(/\n {4}at |undefined|\[object/);
  expect(treeOf(repo.root)).toEqual(before);
  return finished;
}
