import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { compare, type Row } from "./row.ts";
import { fillQueue, useAgent } from "./tasks.ts";

/**
 * What a careful person would type around an agent, and nothing that could be done with fewer processes: is this a
 * work tree, is it clean, may I commit; keep the tree by a ref; the agent; the tree it left, which a gate would judge;
 * change the books and commit everything; does the commit hold that tree, is nothing left over.
 */
const SHELL_FLOOR = `set -e
git rev-parse --show-toplevel >/dev/null
git status --porcelain -z >/dev/null
git var GIT_COMMITTER_IDENT >/dev/null
cp .git/index .git/tmp-index
git ls-files -z -m -d -o --exclude-standard | GIT_INDEX_FILE=.git/tmp-index git update-index -z --add --remove --replace --stdin
tree=$(GIT_INDEX_FILE=.git/tmp-index git write-tree)
git update-ref refs/bench/base "$tree"
.cueloop/plugins/bench/agent.sh </dev/null >/dev/null
git status --porcelain -z >/dev/null
cp .git/index .git/tmp-index
git ls-files -z -m -d -o --exclude-standard | GIT_INDEX_FILE=.git/tmp-index git update-index -z --add --remove --replace --stdin
GIT_INDEX_FILE=.git/tmp-index git write-tree >/dev/null
echo >> .cueloop/queue.jsonc
git ls-files -z -m -d -o --exclude-standard | git update-index -z --add --remove --replace --stdin
git write-tree >/dev/null
git commit --quiet --message "RQ-0001: work"
git rev-parse 'HEAD^{tree}' >/dev/null
git status --porcelain -z >/dev/null
`;

/** One one-phase task with an agent that does nothing, against the git commands it needs. */
export function run(bench: Bench): Row[] {
  const tries = Math.max(5, Math.round(bench.runs / 3));
  const ours: number[] = [];
  const floor: number[] = [];
  for (let index = 0; index < tries; index += 1) {
    const cwd = bench.repository(`run-${index}`);
    fillQueue(cwd, 1, () => ({ scope: ["src"] }));
    useAgent(bench, cwd, "");
    const script = join(bench.base, `floor-${index}.sh`);
    writeFileSync(script, SHELL_FLOOR);
    const copy = join(bench.base, `copy-${index}`);
    Bun.spawnSync(["cp", "-r", cwd, copy]);
    floor.push(bench.time({ argv: ["sh", script], cwd: copy }).ms);
    ours.push(bench.time({ argv: [bench.executable, "run", "one"], cwd }).ms);
  }
  return [
    {
      name: "run one, an agent that does nothing",
      against: "its git commands in a shell",
      ...compare(ours, floor),
      target: 2,
      limit: 4,
      isFloor: false,
      megabytes: null,
    },
  ];
}
