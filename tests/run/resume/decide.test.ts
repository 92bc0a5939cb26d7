import { describe, expect, test } from "bun:test";
import { parseTimestamp } from "../../../src/base/clock.ts";
import { decideResume, type ResumeInput, type ResumeResult } from "../../../src/run/resume/decide.ts";
import { blockingState, ResumeReason } from "../../../src/run/resume/decision.ts";
import type { FoundSession, SessionFile } from "../../../src/run/session/session-file.ts";

const NOW = parseTimestamp("2026-11-21T12:00:00Z")?.instant ?? 0n;

function session(fields: Partial<SessionFile> = {}): SessionFile {
  return {
    version: 1,
    session_id: "20261121T110000000000000Z-RQ-0001",
    task_id: "RQ-0001",
    run_started_at: "2026-11-21T11:00:00.000000000Z",
    last_updated_at: "2026-11-21T11:30:00.000000000Z",
    iterations_planned: 2,
    iterations_completed: 1,
    current_phase: 2,
    runner: "codex",
    model: "gpt-5.4",
    tasks_completed_in_loop: 3,
    max_tasks: 0,
    ...fields,
  };
}

const OLD = "2026-11-20T11:00:00.000000000Z";
const FOUND = {
  none: { found: { kind: "none" }, queue: [{ id: "RQ-0001", status: "doing" }] },
  corrupt: { found: { kind: "corrupt", reason: "unexpected token" }, queue: [{ id: "RQ-0001", status: "doing" }] },
  gone: { found: { kind: "session", session: session() }, queue: [{ id: "RQ-0002", status: "doing" }] },
  todo: { found: { kind: "session", session: session() }, queue: [{ id: "RQ-0001", status: "todo" }] },
  old: { found: { kind: "session", session: session({ last_updated_at: OLD }) }, queue: [{ id: "RQ-0001", status: "doing" }] },
  valid: { found: { kind: "session", session: session() }, queue: [{ id: "RQ-0001", status: "doing" }] },
} as const satisfies Record<string, Pick<ResumeInput, "queue"> & { found: FoundSession }>;
type Case = keyof typeof FOUND;

function input(of: Case, fields: Partial<ResumeInput> = {}): ResumeInput {
  return {
    ...FOUND[of],
    now: NOW,
    explicitId: null,
    behaviour: "prompt",
    mode: "execute",
    canPrompt: false,
    timeoutHours: 24,
    announceMissing: false,
    answer: null,
    ...fields,
  };
}

/** `status reason task resumed/count effect`, `ask kind` or `nothing`. */
function brief(result: ResumeResult): string {
  if (result.kind === "ask") return `ask ${result.question.kind}`;
  const { decision, resume, effect } = result;
  if (decision === null) return "nothing";
  const status = decision.status.split("_")[0];
  const resumed = resume === null ? "none/0" : `${resume.taskId}/${resume.completed}`;
  return `${status} ${decision.reason} ${decision.task_id ?? "-"} ${resumed} ${effect}`;
}

describe("the table, row by row", () => {
  test.each<[string, ResumeInput, string]>([
    ["1 no session", input("none"), "nothing"],
    ["2 no session, to be told", input("none", { announceMissing: true }), "falling no_session - none/0 keep"],
    [
      "3 another task named",
      input("valid", { explicitId: "RQ-0009" }),
      "falling explicit_task_selection_overrides_session RQ-0001 none/0 keep",
    ],
    ["4 auto", input("valid", { behaviour: "auto_resume" }), "resuming session_valid RQ-0001 RQ-0001/3 keep"],
    [
      "4 auto, the same task named",
      input("valid", { behaviour: "auto_resume", explicitId: " RQ-0001 " }),
      "resuming session_valid RQ-0001 RQ-0001/3 keep",
    ],
    ["5 nobody to ask", input("valid"), "refusing resume_confirmation_required RQ-0001 none/0 keep"],
    ["6 asked", input("valid", { canPrompt: true }), "ask resume"],
    ["6 yes", input("valid", { canPrompt: true, answer: true }), "resuming session_valid RQ-0001 RQ-0001/3 keep"],
    ["7 no", input("valid", { canPrompt: true, answer: false }), "falling session_declined RQ-0001 none/0 remove"],
    ["7p no, preview", input("valid", { canPrompt: true, answer: false, mode: "preview" }), "falling session_declined RQ-0001 none/0 keep"],
    ["8 corrupt, auto", input("corrupt", { behaviour: "auto_resume" }), "falling session_cache_corrupt - none/0 quarantine"],
    ["9 corrupt", input("corrupt"), "refusing session_cache_corrupt - none/0 quarantine"],
    ["9 corrupt, asked", input("corrupt", { canPrompt: true }), "ask start_fresh"],
    ["9 corrupt, yes", input("corrupt", { canPrompt: true, answer: true }), "falling session_cache_corrupt - none/0 quarantine"],
    [
      "10 corrupt, preview",
      input("corrupt", { behaviour: "auto_resume", mode: "preview" }),
      "refusing session_cache_corrupt - none/0 keep",
    ],
    ["11 stale, gone", input("gone"), "falling session_stale - none/0 remove"],
    ["11 stale, not doing", input("todo", { behaviour: "auto_resume" }), "falling session_stale - none/0 remove"],
    ["11p stale, preview", input("gone", { mode: "preview" }), "falling session_stale - none/0 keep"],
    [
      "12 old, auto, nobody to ask",
      input("old", { behaviour: "auto_resume" }),
      "refusing session_timed_out_requires_confirmation RQ-0001 none/0 keep",
    ],
    [
      "12 old, another task named",
      input("old", { explicitId: "RQ-0009" }),
      "falling explicit_task_selection_overrides_session RQ-0001 none/0 keep",
    ],
    ["13 old, asked", input("old", { behaviour: "auto_resume", canPrompt: true }), "ask resume_old"],
    ["13 old, yes", input("old", { canPrompt: true, answer: true }), "resuming session_timed_out_confirmed RQ-0001 RQ-0001/3 keep"],
    ["14 old, no", input("old", { canPrompt: true, answer: false }), "falling session_declined RQ-0001 none/0 remove"],
    [
      "14p old, no, preview",
      input("old", { canPrompt: true, answer: false, mode: "preview" }),
      "falling session_declined RQ-0001 none/0 keep",
    ],
  ])("%s", (_, given, expected) => expect(brief(decideResume(given))).toBe(expected));
});

test.each<[string, string, number | null, string]>([
  ["23 h 59 min", "2026-11-20T12:00:01Z", 24, "resuming"],
  ["exactly 24 h", "2026-11-20T12:00:00Z", 24, "refusing"],
  ["a future time", "2026-11-22T12:00:00Z", 1, "resuming"],
  ["an unreadable time", "yesterday", 1, "resuming"],
  ["no timeout", "2020-01-01T00:00:00Z", null, "resuming"],
])("a session last written: %s", (_, at, timeoutHours, expected) => {
  const found: FoundSession = { kind: "session", session: session({ last_updated_at: at }) };
  expect(brief(decideResume({ ...input("valid"), found, behaviour: "auto_resume", timeoutHours }))).toStartWith(expected);
});

/** Every combination of the inputs. */
function* combinations(): Generator<{ of: Case; given: ResumeInput }> {
  const cases = Object.keys(FOUND).filter((key): key is Case => Object.hasOwn(FOUND, key));
  for (const of of cases)
    for (const explicitId of [null, "RQ-0001", "RQ-0009"])
      for (const behaviour of ["prompt", "auto_resume"] as const)
        for (const canPrompt of [true, false])
          for (const answer of [null, true, false])
            for (const mode of ["execute", "preview"] as const)
              for (const announceMissing of [true, false])
                yield { of, given: input(of, { explicitId, behaviour, canPrompt, answer, mode, announceMissing }) };
}

/** The rules once more, written from the other side: which outcome excludes which. */
function expected(of: Case, given: ResumeInput): string {
  const execute = given.mode === "execute";
  const other = given.explicitId === "RQ-0009";
  if (of === "none") return given.announceMissing ? "falling no_session" : "nothing";
  if (of === "gone" || of === "todo") return "falling session_stale";
  if (of === "corrupt") {
    if (!execute) return "refusing session_cache_corrupt";
    if (given.behaviour === "auto_resume" || (given.canPrompt && given.answer === true)) return "falling session_cache_corrupt";
    return given.canPrompt && given.answer === null ? "ask start_fresh" : "refusing session_cache_corrupt";
  }
  if (other) return "falling explicit_task_selection_overrides_session";
  if (of === "valid" && given.behaviour === "auto_resume") return "resuming session_valid";
  if (given.canPrompt && given.answer !== null) {
    if (!given.answer) return "falling session_declined";
    return of === "old" ? "resuming session_timed_out_confirmed" : "resuming session_valid";
  }
  if (given.canPrompt && execute) return of === "old" ? "ask resume_old" : "ask resume";
  return of === "old" ? "refusing session_timed_out_requires_confirmation" : "refusing resume_confirmation_required";
}

test("every combination of the inputs follows the rules", () => {
  let count = 0;
  for (const { of, given } of combinations()) {
    const result = decideResume(given);
    expect(`${of} ${brief(result).split(" ").slice(0, 2).join(" ")}`).toBe(`${of} ${expected(of, given)}`);
    if (given.mode === "preview") expect(result).toMatchObject({ kind: "decided", effect: "keep" });
    if (result.kind === "decided" && result.decision !== null) {
      expect(result.decision.message).toStartWith("Resume: ");
      expect(result.decision.message).not.toContain("\n");
      expect(result.resume !== null).toBe(result.decision.status === "resuming_same_session");
      expect(result.effect === "remove").toBe(
        given.mode === "execute" && ["session_stale", "session_declined"].includes(result.decision.reason),
      );
      expect(result.effect === "quarantine").toBe(given.mode === "execute" && result.decision.reason === "session_cache_corrupt");
    }
    count += 1;
  }
  expect(count).toBe(6 * 3 * 2 * 2 * 3 * 2 * 2);
});

const RECOVERY = [
  "runner_session_invalid",
  "missing_runner_session_id",
  "resume_confirmation_required",
  "session_timed_out_requires_confirmation",
  "session_cache_corrupt",
];

test.each(ResumeReason.options.map((reason) => [reason]))("a blocking state for a refusal because of %s", (reason) => {
  const decision = { scope: "run_session", reason, task_id: "RQ-0001", message: "Resume: x", detail: "y" } as const;
  const refused = blockingState({ status: "refusing_to_resume", ...decision }, "2026-11-21T12:00:00Z");
  expect(refused?.reason ?? null).toEqual(
    RECOVERY.includes(reason) ? { kind: "runner_recovery", scope: "run_session", reason, task_id: "RQ-0001" } : null,
  );
  expect(blockingState({ status: "falling_back_to_fresh_invocation", ...decision }, "2026-11-21T12:00:00Z")).toBeNull();
});
