import { type Bench, write } from "./bench.ts";
import { compare, difference, type Row } from "./row.ts";
import { fillQueue, useAgent } from "./tasks.ts";

const EVENTS = 10_000;
const AGENT = `yes '{"type":"tool_call","name":"read","arguments":{"path":"src/app.ts"}}' | head -n ${EVENTS}\n`;

/** What a trusted `cueloop.config.ts` costs at a start, and its hook for events in a long run. */
export function code(bench: Bench): Row[] {
  return [start(bench), events(bench)];
}

/** The same command in two repositories, one of which has code. */
function start(bench: Bench): Row {
  const without = bench.repository("no-code");
  const having = bench.repository("code");
  for (const cwd of [without, having]) fillQueue(cwd, 5, () => ({ scope: ["src"] }));
  write(having, "hooks.ts", "export const hooks = { gate: () => ({ ok: true }) };\n");
  write(
    having,
    "cueloop.config.ts",
    'import { defineConfig } from "cueloop";\nimport { hooks } from "./hooks.ts";\nexport default defineConfig({ hooks });\n',
  );
  trust(bench, having);
  const argv = [bench.executable, "config", "show"];
  const pairs = Array.from({ length: bench.runs + 1 }, () => ({
    floor: bench.time({ argv, cwd: without }),
    measured: bench.time({ argv, cwd: having }),
  })).slice(1);
  return {
    name: "config show, trusted code of two files",
    against: "the same without code",
    ...difference(
      pairs.map(({ measured }) => measured.ms),
      pairs.map(({ floor }) => floor.ms),
    ),
    target: 15,
    limit: 40,
    isFloor: false,
    megabytes: Math.max(...pairs.map(({ measured }) => measured.bytes)) / 1e6,
  };
}

function events(bench: Bench): Row {
  const tries = Math.max(5, Math.round(bench.runs / 3));
  const run = (name: string, hooks: string) => {
    const cwd = bench.repository(name);
    fillQueue(cwd, 1, () => ({ scope: ["src"] }));
    write(cwd, "cueloop.config.ts", `let seen = 0;\nexport default { hooks: { ${hooks} } };\n`);
    useAgent(bench, cwd, AGENT);
    trust(bench, cwd);
    return bench.time({ argv: [bench.executable, "run", "one"], cwd }).ms;
  };
  const pairs = Array.from({ length: tries }, (_, index) => ({
    floor: run(`quiet-${index}`, ""),
    measured: run(`heard-${index}`, "onEvent({ event }) { if (event.kind === 'agent_event') seen += 1; }"),
  }));
  return {
    name: `run one, onEvent and ${EVENTS.toLocaleString("en")} events`,
    against: "the same without the hook",
    ...compare(
      pairs.map(({ measured }) => measured),
      pairs.map(({ floor }) => floor),
    ),
    target: 1.05,
    limit: 1.15,
    isFloor: false,
    megabytes: null,
  };
}

function trust(bench: Bench, cwd: string): void {
  const status = bench.time({ argv: [bench.executable, "config", "trust", "status", "--format", "json"], cwd }).stdout;
  // What the repository's settings may start has a digest of its own, before this one.
  const digest = /"config_ts":.*?(sha256:[0-9a-f]{64})/s.exec(status)?.[1];
  if (digest === undefined) throw new Error(`no digest in ${status}`);
  bench.time({ argv: [bench.executable, "config", "trust", "allow", "--digest", digest], cwd });
}
