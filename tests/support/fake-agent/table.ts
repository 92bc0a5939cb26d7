import { describe, expect, test } from "bun:test";
import type { RunEvent } from "../../../src/run/events.ts";
import type { Finished } from "../repository.ts";
import { type Aftermath, aftermathOf, eventsOf } from "./aftermath.ts";
import { DIALECTS } from "./dialects/all.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { Running } from "./running.ts";
import type { Script } from "./script.ts";
import { Workshop, type WorkshopOptions } from "./workshop.ts";

/** Generous, because many runs share the machine: nothing waits for it. */
export const PATIENCE_MS = 120_000;

export interface Expected extends Partial<Omit<Aftermath, "remains">> {
  /** What the person is told, on either output. */
  readonly says?: readonly (string | RegExp)[];
  readonly saysNot?: readonly string[];
  /** Events that the run log must hold, in this order, others between them. */
  readonly log?: readonly RunEvent["kind"][];
}

/** One way to misbehave, and what must be true after a run with it. */
export interface Row {
  readonly name: string;
  readonly script: Script;
  readonly args?: readonly string[];
  readonly options?: WorkshopOptions;
  readonly expected: Expected | ((dialect: Dialect) => Expected);
  /** What happens while it runs. */
  readonly meanwhile?: (shop: Workshop, run: Running) => Promise<void>;
  /** More to look at. */
  readonly check?: (shop: Workshop, run: Finished, dialect: Dialect) => void | Promise<void>;
}

/** The task is done: gated, archived, committed, and nothing is left over. */
export const FINISHED = {
  code: 0,
  active: ["RQ-0002 todo"],
  done: ["RQ-0001 done"],
  tree: [],
  commits: ["RQ-0001: Write the file", "start"],
  calls: 1,
  session: false,
  log: ["run_started", "task_selected", "turn_started", "turn_finished", "gate_finished", "task_archived", "task_finished", "run_finished"],
} satisfies Expected;

/** The task stays as it was being worked, with whatever the agent changed in the tree. */
export const FAILED = {
  code: 1,
  active: ["RQ-0001 doing", "RQ-0002 todo"],
  done: [],
  tree: [" M .cueloop/queue.jsonc"],
  commits: ["start"],
  calls: 1,
  session: true,
  log: ["run_started", "task_selected", "turn_started", "turn_finished", "task_finished", "run_finished"],
} satisfies Expected;

/** The work that the gate wants. */
export const WORK = { write: "work.txt", text: "right\n" } as const;
/** What `FAILED` leaves in the tree after it. */
export const WITH_WORK = { tree: [" M .cueloop/queue.jsonc", "?? work.txt"] };

/** How a stack trace looks. */
const TRACE = "\n    at ";
const SHOWN = 3000;

/** A signal ended the run while the agent was at work; nothing of it is lost. */
export const INTERRUPTED = {
  ...FAILED,
  ...WITH_WORK,
  says: ["interrupted", "stays `doing`"],
  log: ["run_started", "turn_started", "turn_finished", "task_finished", "run_finished"],
} satisfies Expected;

/** Runs every row with every agent, several at once. */
export function withEveryAgent(rows: readonly Row[], command: readonly string[] = ["run", "one"]): void {
  for (const dialect of DIALECTS) {
    describe(dialect.id, () => {
      test.concurrent.each(rows.map((row) => [row.name, row] as const))(
        "%s",
        async (_name, row) => {
          using shop = new Workshop(dialect, row.script, row.options);
          await using running = new Running(shop, [...command, ...(row.args ?? [])]);
          await row.meanwhile?.(shop, running);
          const run = await running.finished;
          await expectAftermath(shop, run, typeof row.expected === "function" ? row.expected(dialect) : row.expected);
          await row.check?.(shop, run, dialect);
        },
        PATIENCE_MS,
      );
    });
  }
}

/** Compares everything that a run leaves with what is expected of it. */
export async function expectAftermath(shop: Workshop, run: Finished, expected: Expected): Promise<void> {
  const { says = [], saysNot = [], log = [], ...state } = expected;
  const told = `${run.stdout}\n${run.stderr}`;
  const missing = says.filter((text) => (typeof text === "string" ? !told.includes(text) : !text.test(told)));
  // The end of what was told is only there to be read when the rest differs.
  const seen = {
    ...(await aftermathOf(shop, run)),
    missing,
    unwanted: [...saysNot, TRACE].filter((text) => told.includes(text)),
    told: told.slice(-SHOWN),
  };
  expect(seen).toMatchObject({ ...state, remains: [], missing: [], unwanted: [], told: expect.any(String) });
  const events = eventsOf(shop);
  expect(events[0]?.kind).toBe("run_started");
  expect(events.at(-1)).toMatchObject({ kind: "run_finished", exit_code: run.code });
  expect(inOrder(log, events)).toEqual([...log]);
}

/** The agent goes on in the session of its first call, or gets the whole prompt again. */
export function expectGoingOn(shop: Workshop, how: "same session" | "fresh session"): void {
  const [first, second] = shop.calls();
  if (how === "same session") expect(second).toMatchObject({ resumed: first?.session, session: first?.session });
  else expect(second).toMatchObject({ resumed: null, prompt: expect.stringContaining("Write the file") });
}

/** The kinds, as far as they are found one after the other. */
function inOrder(kinds: readonly RunEvent["kind"][], events: readonly RunEvent[]): string[] {
  let from = 0;
  const found: string[] = [];
  for (const kind of kinds) {
    const index = events.findIndex((event, at) => at >= from && event.kind === kind);
    if (index < 0) break;
    found.push(kind);
    from = index + 1;
  }
  return found;
}
