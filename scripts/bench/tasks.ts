import { type Bench, write } from "./bench.ts";

/** Fills the queue of a repository with tasks; nothing is committed. */
export function fillQueue(cwd: string, count: number, fields: (id: string, index: number) => Record<string, unknown>): void {
  const tasks = Array.from({ length: count }, (_, index) => {
    const id = taskId(index);
    return {
      id,
      status: "todo",
      title: `Task number ${index + 1} of the bench`,
      priority: "medium",
      tags: ["bench"],
      scope: [],
      evidence: [],
      plan: ["look", "change", "test"],
      notes: [],
      created_at: "2026-03-02T08:15:00.000000000Z",
      updated_at: "2026-03-02T08:15:00.000000000Z",
      depends_on: [],
      blocks: [],
      relates_to: [],
      custom_fields: { owner: "bench" },
      ...fields(id, index),
    };
  });
  write(cwd, ".cueloop/queue.jsonc", JSON.stringify({ version: 1, tasks }, null, 2));
  write(cwd, ".cueloop/done.jsonc", JSON.stringify({ version: 1, tasks: [] }, null, 2));
}

export function taskId(index: number): string {
  return `RQ-${String(index + 1).padStart(4, "0")}`;
}

/** Has the tasks worked, in one phase, by a shell script that is run in the work tree, and commits all that. */
export function useAgent(bench: Bench, cwd: string, script: string, agent: Readonly<Record<string, unknown>> = {}): void {
  const plugin = { api_version: 1, id: "bench", version: "1", name: "Bench", runner: { bin: "agent.sh", default_model: "none" } };
  write(cwd, ".cueloop/plugins/bench/plugin.json", JSON.stringify(plugin));
  write(cwd, ".cueloop/plugins/bench/agent.sh", `#!/bin/sh\ncat >/dev/null\n${script}echo '{"type":"finish","session_id":"s"}'\n`, 0o755);
  const config = {
    version: 2,
    agent: { runner: "bench", model: "none", phases: 1, git_publish_mode: "commit", ...agent },
    plugins: { plugins: { bench: { enabled: true } } },
  };
  write(cwd, ".cueloop/config.jsonc", JSON.stringify(config));
  write(cwd, ".cueloop/trust.jsonc", JSON.stringify({ allow_project_commands: true, trusted_at: "2026-01-01T00:00:00Z" }));
  write(cwd, ".gitignore", ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n");
  bench.git(cwd, "add", "--all");
  bench.git(cwd, "commit", "--quiet", "--message", "set up");
}

/** Has the tasks worked by so many workers; `said` is what the run says on standard error. */
export function startLoop(bench: Bench, cwd: string, workers: number, flags: readonly string[] = []) {
  const child = Bun.spawn([bench.executable, "run", "loop", "--parallel", String(workers), ...flags, "--no-progress"], {
    cwd,
    env: bench.env,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  return { child, said: new Response(child.stderr).text() };
}
