import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord, json, record } from "./books.ts";
import { executable, type Finished, Repository, task } from "./repository.ts";

export interface TeamOptions {
  /** Git tracks the queue files; default true. */
  readonly tracked?: boolean;
  /** With `commit_and_push` there is a bare repository `remote` beside this one, and `main` follows it. */
  readonly publish?: "off" | "commit" | "commit_and_push";
  /** A line of sh; default `true`. */
  readonly gate?: string;
  /** Keys of `agent`, and of the whole configuration. */
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Files of the first commit. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * What the agent of a task does in every turn, in sh. `$turn` counts them from 1; `tell NAME` and `await NAME` are for
 * agents that wait for each other, `landed TASK [BRANCH]` waits until the work of another is on a branch, `say TEXT` says something.
 */
export type Deeds = Readonly<Record<string, string>>;

const AGENT = `#!/bin/sh
id=$CUELOOP_TASK_ID
turn=$(($(cat "$HOME/turns-$id" 2> /dev/null || echo 0) + 1))
cat > "$HOME/stdin-$id.$turn"
for last in "$@"; do :; done
if [ "$1" = resume ]; then printf '%s' "$last" > "$HOME/prompt-$id.$turn"; else mv "$HOME/stdin-$id.$turn" "$HOME/prompt-$id.$turn"; fi
echo "$turn" > "$HOME/turns-$id"
say() { printf '{"type":"text","content":"%s"}\\n' "$1"; }
tell() { : > "$HOME/$1"; }
await() { until [ -e "$HOME/$1" ]; do sleep 0.02; done; }
landed() { until git log --format=%s "\${2:-main}" 2> /dev/null | grep -q "^$1: "; do sleep 0.02; done; }
. "$HOME/deeds/$id.sh"
echo '{"type":"finish","session_id":"session-'"$id"'"}'
`;

/** A trusted repository whose tasks are worked by agents that are lines of sh; each task has its own. */
export class Team extends Repository {
  /** @param tasks ids with fields of the task */
  constructor(tasks: Readonly<Record<string, Readonly<Record<string, unknown>>>>, options: TeamOptions = {}) {
    super();
    const { tracked = true, publish = "commit", gate = "true" } = options;
    const runner = { bin: "agent.sh", default_model: "none", supports_resume: true };
    const agent = {
      runner: "sh",
      phases: 1,
      git_publish_mode: publish,
      ci_gate: { enabled: true, argv: ["sh", "gate.sh"] },
      runner_retry: { base_backoff_ms: 1, jitter_ratio: 0 },
      ...options.agent,
    };
    const config = { version: 2, agent, plugins: { plugins: { sh: { enabled: true } } }, ...options.config };
    const ignored = tracked ? "" : ".cueloop/queue.jsonc\n.cueloop/done.jsonc\n";
    this.write({
      ".cueloop/plugins/sh/plugin.json": JSON.stringify({ api_version: 1, id: "sh", version: "1", name: "sh", runner }),
      ".cueloop/plugins/sh/agent.sh": AGENT,
      ".cueloop/config.jsonc": JSON.stringify(config),
      ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
      ".gitignore": `.cueloop/README.md\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n.env*\n${ignored}`,
      "gate.sh": `${gate}\n`,
      ...options.files,
    });
    this.books(Object.entries(tasks).map(([id, fields]) => task(id, { title: `Do ${id}`, ...fields }))).commit("start");
    this.deeds(Object.fromEntries(Object.keys(tasks).map((id) => [id, `echo ${id} > ${id}.txt`])));
    if (publish !== "commit_and_push") return;
    this.git("init", "--quiet", "--bare", "--initial-branch=main", this.remote);
    this.git("remote", "add", "origin", this.remote);
    this.git("push", "--quiet", "--set-upstream", "origin", "main");
  }

  get remote(): string {
    return join(this.base, "remote");
  }

  /** What agents do from their next turn on; without it a file that is named as the task. */
  deeds(deeds: Deeds): this {
    mkdirSync(join(this.home, "deeds"), { recursive: true });
    for (const [id, lines] of Object.entries(deeds)) writeFileSync(join(this.home, "deeds", `${id}.sh`), `${lines}\n`);
    return this;
  }

  /** Tells agents that wait for this name. */
  tell(name: string): void {
    writeFileSync(join(this.home, name), "");
  }

  /** Turns that the agent of a task has had. */
  turns(id: string): number {
    const file = join(this.home, `turns-${id}`);
    return existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  }

  /** What the agent of a task was told in a turn. */
  prompt(id: string, turn: number): string {
    return readFileSync(join(this.home, `prompt-${id}.${turn}`), "utf8");
  }

  /** Runs the loop with workers to its end. */
  async loop(workers: number, ...flags: string[]): Promise<Finished> {
    return this.cueloop("run", "loop", "--parallel", String(workers), ...flags);
  }

  /** Starts the loop without waiting for it. */
  startLoop(workers: number, ...flags: string[]): Bun.Subprocess<Blob, "pipe", "pipe"> {
    return this.start([executable, "run", "loop", "--parallel", String(workers), ...flags]);
  }

  /** Titles of the commits of a branch since the first one, oldest first. */
  subjects(branch = "main"): string[] {
    return this.git("log", "--reverse", "--format=%s", branch).trim().split("\n").slice(1);
  }

  /** Ids of the tasks whose work is on a branch, oldest first. */
  landed(branch = "main"): string[] {
    return this.subjects(branch).flatMap((subject) => /^(RQ-\d+): Do /.exec(subject)?.[1] ?? []);
  }

  /** A file as a branch has it; null when it has none. */
  on(branch: string, file: string): string | null {
    return this.git("ls-tree", "--name-only", branch, "--", file) === "" ? null : this.git("show", `${branch}:${file}`);
  }

  /** Where a task is worked. */
  worktree(id: string): string {
    return join(this.base, ".workspaces/repo/parallel", id);
  }

  /** The record of a worker. */
  worker(id: string): Record<string, unknown> {
    const { workers } = json(this.read(".cueloop/cache/parallel/state.json"));
    const found = Array.isArray(workers) ? workers.filter(isRecord).find(({ task_id }) => task_id === id) : undefined;
    if (found === undefined) throw new Error(`no worker ${id}`);
    return found;
  }

  /** Refs under which the work of a task is kept. */
  salvaged(id: string): string[] {
    const refs = this.git("for-each-ref", "--format=%(refname)", `refs/cueloop/salvage/${id}`);
    return refs.split("\n").filter((ref) => ref !== "");
  }

  /** The archived record of a task. */
  archived(id: string): Record<string, unknown> {
    return record(this.done(), id);
  }

  /** Tasks of a file of the books as a branch has it. */
  booksOn(branch: string, file: "queue" | "done"): Record<string, unknown>[] {
    const text = this.on(branch, `.cueloop/${file}.jsonc`);
    const tasks = text === null ? [] : json(text)["tasks"];
    return Array.isArray(tasks) ? tasks.filter(isRecord) : [];
  }

  /** Tree of a commit without the queue files. */
  treeWithoutBooks(commit: string): string {
    const index = join(this.base, "index-of-a-test");
    const git = (...args: string[]) => {
      const child = Bun.spawnSync(["git", ...args], { cwd: this.root, env: { ...this.env, GIT_INDEX_FILE: index } });
      if (child.exitCode !== 0) throw new Error(child.stderr.toString());
      return child.stdout.toString().trim();
    };
    git("read-tree", commit);
    git("rm", "--quiet", "--force", "--cached", "--ignore-unmatch", ".cueloop/queue.jsonc", ".cueloop/done.jsonc");
    const tree = git("write-tree");
    rmSync(index, { force: true });
    return tree;
  }
}
