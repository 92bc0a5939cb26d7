/**
 * Start times and costs as ratios against a floor measured in the same run:
 * `bun scripts/bench.ts [--runs N]`. Exits 1 when a ratio is past its ceiling.
 * Compared are the fastest runs, which other programs on the machine disturbed least; the medians are printed beside.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const executable = process.env["CUELOOP_BIN"] ?? `${root}dist/cueloop`;
const flag = Bun.argv.indexOf("--runs");
const runs = flag < 0 ? 30 : Number(Bun.argv[flag + 1]);
const base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-bench-")));
const env = { PATH: process.env["PATH"] ?? "", HOME: base, GIT_CONFIG_NOSYSTEM: "1", CUELOOP_LOG: "error" };

interface Measured {
  readonly ms: number;
  readonly bytes: number;
}

interface Row {
  readonly name: string;
  readonly against: string;
  /** Of the fastest run. */
  readonly ms: number;
  /** Fastest run against fastest run. */
  readonly ratio: number;
  /** Median against median. */
  readonly usual: number;
  readonly target: number;
  readonly ceiling: number;
  readonly megabytes: number;
}

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
.cueloop/plugins/idle/agent.sh </dev/null >/dev/null
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

try {
  const floor = await emptyProgram();
  const small = repository("small", 5);
  const large = repository("large", 10_000);
  const rows = [
    ratio("--version", floor, { argv: [executable, "--version"], cwd: base }, { target: 1.1, ceiling: 1.3 }),
    ratio("queue list, 5 tasks", floor, { argv: [executable, "queue", "list"], cwd: small }, { target: 2, ceiling: 3 }),
    ratio("queue list, 10,000 tasks", floor, { argv: [executable, "queue", "list", "--quiet"], cwd: large }, { target: 15, ceiling: 25 }),
    ratio("queue next, 10,000 tasks", floor, { argv: [executable, "queue", "next"], cwd: large }, { target: 15, ceiling: 25 }),
    ratio("queue validate, 10,000 tasks", floor, { argv: [executable, "queue", "validate"], cwd: large }, { target: 15, ceiling: 25 }),
    ratio("task add, 10,000 tasks", floor, { argv: [executable, "task", "add", "One more"], cwd: large }, { target: 15, ceiling: 25 }),
    supervisor(),
  ];
  print(rows);
  const late = rows.filter((row) => row.ratio > row.ceiling);
  const fat = rows.filter((row) => row.megabytes > 200);
  for (const row of late) console.log(`past its ceiling: ${row.name} (${row.ratio.toFixed(2)} times, ceiling ${row.ceiling})`);
  for (const row of fat) console.log(`over 200 MB: ${row.name} (${row.megabytes.toFixed(0)} MB)`);
  if (late.length + fat.length > 0) process.exitCode = 1;
} finally {
  rmSync(base, { recursive: true, force: true });
}

interface Measure {
  readonly argv: readonly string[];
  readonly cwd: string;
}

/** Runs both in turn, so that a machine that changes its speed changes it for both. */
function ratio(name: string, floor: Measure, measured: Measure, bounds: { readonly target: number; readonly ceiling: number }): Row {
  const pairs = Array.from({ length: runs + 1 }, () => ({ floor: time(floor), measured: time(measured) })).slice(1);
  return {
    name,
    against: "an empty compiled program",
    ...compare(
      pairs.map((pair) => pair.measured.ms),
      pairs.map((pair) => pair.floor.ms),
    ),
    megabytes: Math.max(...pairs.map((pair) => pair.measured.bytes)) / 1e6,
    ...bounds,
  };
}

/** One one-phase task with an agent that does nothing, against the git commands it needs. */
function supervisor(): Row {
  const tries = Math.max(5, Math.round(runs / 3));
  const agent = `#!/bin/sh\ncat >/dev/null\necho '{"type":"finish","session_id":"s"}'\n`;
  const ours: number[] = [];
  const floor: number[] = [];
  for (let index = 0; index < tries; index += 1) {
    const cwd = repository(`run-${index}`, 1);
    write(
      cwd,
      ".cueloop/plugins/idle/plugin.json",
      JSON.stringify({ api_version: 1, id: "idle", version: "1", name: "Idle", runner: { bin: "agent.sh", default_model: "none" } }),
    );
    write(cwd, ".cueloop/plugins/idle/agent.sh", agent, 0o755);
    const config = {
      version: 2,
      agent: { runner: "idle", model: "none", phases: 1, git_publish_mode: "commit" },
      plugins: { plugins: { idle: { enabled: true } } },
    };
    write(cwd, ".cueloop/config.jsonc", JSON.stringify(config));
    write(cwd, ".cueloop/trust.jsonc", JSON.stringify({ allow_project_commands: true, trusted_at: "2026-01-01T00:00:00Z" }));
    write(cwd, ".gitignore", ".cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n");
    git(cwd, "add", "--all");
    git(cwd, "commit", "--quiet", "--message", "set up");
    const script = join(base, `floor-${index}.sh`);
    writeFileSync(script, SHELL_FLOOR);
    const copy = join(base, `copy-${index}`);
    Bun.spawnSync(["cp", "-r", cwd, copy]);
    floor.push(time({ argv: ["sh", script], cwd: copy }).ms);
    const run = time({ argv: [executable, "run", "one"], cwd });
    ours.push(run.ms);
  }
  return {
    name: "run one, an agent that does nothing",
    against: "its git commands in a shell",
    ...compare(ours, floor),
    target: 2,
    ceiling: 4,
    megabytes: 0,
  };
}

async function emptyProgram(): Promise<Measure> {
  const source = join(base, "empty.ts");
  const outfile = join(base, "empty");
  writeFileSync(source, "export {};\n");
  // In a process of its own: what this one has used counts for its children too.
  const build = Bun.spawn(
    [
      process.execPath,
      "build",
      source,
      "--compile",
      "--minify",
      "--bytecode",
      "--format=esm",
      "--no-compile-autoload-bunfig",
      "--no-compile-autoload-dotenv",
      "--outfile",
      outfile,
    ],
    { stdout: "ignore", stderr: "inherit" },
  );
  if ((await build.exited) !== 0) throw new Error("the empty program does not build");
  return { argv: [outfile], cwd: base };
}

function repository(name: string, count: number): string {
  const cwd = join(base, name);
  mkdirSync(cwd);
  git(cwd, "init", "--quiet", "--initial-branch=main");
  git(cwd, "config", "user.name", "Bench");
  git(cwd, "config", "user.email", "bench@example.invalid");
  const tasks = Array.from({ length: count }, (_, index) => ({
    id: `RQ-${String(index + 1).padStart(4, "0")}`,
    status: "todo",
    title: `Task number ${index + 1} of the bench`,
    priority: "medium",
    tags: ["bench"],
    scope: ["src"],
    evidence: [],
    plan: ["look", "change", "test"],
    notes: [],
    created_at: "2026-03-02T08:15:00.000000000Z",
    updated_at: "2026-03-02T08:15:00.000000000Z",
    depends_on: index % 10 === 9 ? [`RQ-${String(index).padStart(4, "0")}`] : [],
    blocks: [],
    relates_to: [],
    custom_fields: { owner: "bench" },
  }));
  write(cwd, ".cueloop/queue.jsonc", JSON.stringify({ version: 1, tasks }, null, 2));
  write(cwd, ".cueloop/done.jsonc", JSON.stringify({ version: 1, tasks: [] }, null, 2));
  return cwd;
}

function write(cwd: string, file: string, text: string, mode = 0o644): void {
  mkdirSync(join(cwd, file, ".."), { recursive: true });
  writeFileSync(join(cwd, file), text, { mode });
}

function git(cwd: string, ...args: string[]): void {
  const child = Bun.spawnSync(["git", ...args], { cwd, env, stdout: "ignore", stderr: "pipe" });
  if (child.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${child.stderr.toString()}`);
}

function time({ argv, cwd }: Measure): Measured {
  const from = performance.now();
  const child = Bun.spawnSync([...argv], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const ms = performance.now() - from;
  if (child.exitCode !== 0) throw new Error(`${argv.join(" ")} ended with ${child.exitCode}: ${child.stderr.toString()}`);
  return { ms, bytes: child.resourceUsage.maxRSS };
}

function compare(measured: readonly number[], floor: readonly number[]): Pick<Row, "ms" | "ratio" | "usual"> {
  const ms = Math.min(...measured);
  return { ms, ratio: ms / Math.min(...floor), usual: median(measured) / median(floor) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function print(rows: readonly Row[]): void {
  console.log("measured                             ms      ratio  (median)   target  ceiling  MB    against");
  for (const row of rows) {
    const numbers = [
      row.ms.toFixed(1).padStart(7),
      row.ratio.toFixed(2).padStart(7),
      row.usual.toFixed(2).padStart(9),
      String(row.target).padStart(7),
      String(row.ceiling).padStart(7),
    ];
    console.log(
      `${row.name.padEnd(36)} ${numbers.join(" ")}  ${row.megabytes === 0 ? "  -" : row.megabytes.toFixed(0).padStart(3)}   ${row.against}`,
    );
  }
}
