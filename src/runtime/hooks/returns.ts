import * as v from "valibot";
import type { HookName } from "../../config/code.ts";
import { HookSettings } from "../../run/hooks.ts";

const Text = v.pipe(
  v.string(),
  v.check((text) => text.trim() !== "", "must not be blank"),
);
/** A hook that has nothing to say. */
const Nothing = v.union([v.undefined(), v.null()]);
const Anything = v.pipe(
  v.unknown(),
  v.transform(() => undefined),
);
const { phases: _phases, ...PHASE_SETTINGS } = HookSettings.entries;

const TaskReturn = v.strictObject({ skip: v.optional(Text), settings: v.optional(HookSettings) });
const PhaseReturn = v.strictObject({ prompt: v.optional(Text), settings: v.optional(v.strictObject(PHASE_SETTINGS)) });
const PhaseEndReturn = v.strictObject({ continueWith: v.optional(Text) });
const CommitReturn = v.strictObject({ message: v.optional(Text), refuse: v.optional(Text) });
const IntegrateReturn = v.strictObject({ refuse: v.optional(Text) });
const GateReturn = v.variant("ok", [
  v.strictObject({ ok: v.literal(true), output: v.optional(v.string()) }),
  v.strictObject({ ok: v.literal(false), output: v.string() }),
]);

/** What each hook may return, and how that is said. */
export const RETURNS = {
  runStart: { schema: Anything, allowed: "nothing" },
  selectTask: { schema: v.union([Nothing, Text]), allowed: "the id of a candidate, or nothing" },
  beforeTask: {
    schema: v.union([Nothing, TaskReturn]),
    allowed: "{ skip: reason }, { settings: { runner, model, effort, phases } }, or nothing",
  },
  worktreeReady: { schema: Anything, allowed: "nothing" },
  beforePhase: {
    schema: v.union([Nothing, PhaseReturn]),
    allowed: "{ prompt }, { settings: { runner, model, effort } }, both, or nothing",
  },
  afterPhase: { schema: v.union([Nothing, PhaseEndReturn]), allowed: "{ continueWith: message }, or nothing" },
  gate: { schema: GateReturn, allowed: "{ ok: true } or { ok: false, output }" },
  beforeCommit: { schema: v.union([Nothing, CommitReturn]), allowed: "{ message }, { refuse: reason }, or nothing" },
  beforeIntegrate: { schema: v.union([Nothing, IntegrateReturn]), allowed: "{ refuse: reason }, or nothing" },
  afterTask: { schema: Anything, allowed: "nothing" },
  blocked: { schema: Anything, allowed: "nothing" },
  runEnd: { schema: Anything, allowed: "nothing" },
  onEvent: { schema: Anything, allowed: "nothing" },
} as const satisfies Record<HookName, { readonly schema: v.GenericSchema; readonly allowed: string }>;

/** What a hook of this name gives when its return was understood. */
export type HookReturn<Name extends HookName> = v.InferOutput<(typeof RETURNS)[Name]["schema"]>;

/** Reads what a hook returned; `problem` says what it may not be. */
export function readReturn<Name extends HookName>(
  name: Name,
  value: unknown,
): { readonly ok: true; readonly value: HookReturn<Name> } | { readonly ok: false; readonly problem: string };
export function readReturn(
  name: HookName,
  value: unknown,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string } {
  const result = v.safeParse(RETURNS[name].schema, value);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, problem: `it returned ${shown(value)}, and it may return ${RETURNS[name].allowed}` };
}

const SHOWN = 200;

function shown(value: unknown): string {
  const text = Bun.inspect(value, { depth: 3, compact: true }).replaceAll(/\s+/g, " ");
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
