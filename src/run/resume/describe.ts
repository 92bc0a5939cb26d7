import { type Instant, parseTimestamp } from "../../base/clock.ts";
import type { SessionFile } from "../session/session-file.ts";

const PHASES: Readonly<Record<number, string>> = { 1: "planning", 2: "implementation", 3: "review" };

/** What a session says of its task, in one sentence. */
export function sessionLine(session: SessionFile, now: Instant): string {
  const { phase, iteration, agent } = facts(session);
  return `${session.task_id} was in its ${phase}${iteration}, with ${agent}; begun ${moment(session.run_started_at)}, saved last ${ago(session.last_updated_at, now)}.`;
}

/** The same for a person who is asked, a fact a line. */
export function sessionLines(session: SessionFile, now: Instant): string[] {
  const { phase, iteration, agent } = facts(session);
  const rows: [string, string][] = [
    ["task", session.task_id],
    ["phase", `${phase}${iteration}`],
    ["agent", agent],
    ["begun", `${moment(session.run_started_at)}, ${ago(session.run_started_at, now)}`],
    ["saved last", `${moment(session.last_updated_at)}, ${ago(session.last_updated_at, now)}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value}`);
}

function facts(session: SessionFile): { phase: string; iteration: string; agent: string } {
  const number = session.current_phase;
  const settings = number === 1 ? session.phase1_settings : number === 3 ? session.phase3_settings : session.phase2_settings;
  const { runner, model } = settings ?? session;
  const effort = settings?.reasoning_effort === undefined ? "" : ` ${settings.reasoning_effort}`;
  const round = session.iterations_completed + 1;
  return {
    phase: PHASES[number] ?? `phase ${number}`,
    iteration: session.iterations_planned > 1 ? `, iteration ${round} of ${session.iterations_planned}` : "",
    agent: `${runner} ${model}${effort}`,
  };
}

/** `2026-11-21 07:04 UTC`; what cannot be read as a time stays as it is. */
function moment(timestamp: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})\S*Z$/.exec(timestamp);
  return match === null ? timestamp : `${match[1]} ${match[2]} UTC`;
}

const NS_PER_MINUTE = 60_000_000_000n;

/** `3 min ago`, `2 h ago`, `4 days ago`. */
export function ago(timestamp: string, now: Instant): string {
  const at = parseTimestamp(timestamp)?.instant;
  if (at === undefined) return "at a time that cannot be read";
  if (at > now) return "in the future by this machine's clock";
  const minutes = Number((now - at) / NS_PER_MINUTE);
  if (minutes < 1) return "less than a minute ago";
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / (24 * 60))} days ago`;
}
