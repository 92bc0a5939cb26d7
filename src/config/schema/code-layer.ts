import * as v from "valibot";
import { type Immutable, mapOf, record } from "../../base/shape.ts";
import type { AgentPatch, ConfigLayer } from "../schema.ts";
import { AGENT_ENTRIES, AgentConfig, NOTIFICATION_ENTRIES } from "./agent.ts";
import { LoopConfig, PARALLEL_ENTRIES, PluginsConfig, QueueConfig } from "./sections.ts";
import { ProjectType } from "./values.ts";

const Argv = v.pipe(
  v.array(v.string()),
  v.nonEmpty("a program is needed"),
  v.check((argv) => argv.every((word) => word.trim() !== ""), "a word must not be blank"),
);

const minutes = v.pipe(v.number(), v.finite("expected a number of minutes"), v.minValue(0, "expected at least 0 minutes"));

/** Agents that speak the Agent Client Protocol. */
const AcpConfig = record({
  /** Program and arguments of the runner `acp`; no shell. */
  command: v.nullish(Argv),
  /** Of `acp:<name>`, by name. */
  agents: v.optional(mapOf(Argv)),
});

/** `agent.notification`: the keys of the files and one that no file has. */
const CodeNotificationConfig = record({
  ...NOTIFICATION_ENTRIES,
  /** Ring the terminal's bell where a notification would be shown. */
  terminal_bell: v.nullish(v.boolean()),
});

/** `agent`: the keys of the files and those that no file has. */
const CodeAgentConfig = record({
  ...AGENT_ENTRIES,
  /** Limit of one turn of an agent; 0: none. */
  turn_timeout_minutes: v.nullish(minutes),
  /** Limit of a turn without output; 0: none. */
  idle_timeout_minutes: v.nullish(minutes),
  acp: v.optional(AcpConfig),
  notification: v.optional(CodeNotificationConfig),
});

/** `parallel`: the keys of the files and those that no file has. */
const CodeParallelConfig = record({
  ...PARALLEL_ENTRIES,
  /** Program and arguments run in each new worktree; no shell. */
  setup: v.nullish(Argv),
  /** Tasks with overlapping scopes are not started together while others can be. */
  scope_aware: v.nullish(v.boolean()),
});

/** The settings of `cueloop.config.ts`: those of a file without its version, and keys that no file has. */
export const CODE_LAYER_ENTRIES = {
  project_type: v.nullish(ProjectType),
  queue: v.optional(QueueConfig),
  agent: v.optional(CodeAgentConfig),
  parallel: v.optional(CodeParallelConfig),
  loop: v.optional(LoopConfig),
  plugins: v.optional(PluginsConfig),
  profiles: v.nullish(mapOf(AgentConfig)),
};
const CodeSettings = record(CODE_LAYER_ENTRIES);

/** A patch over `agent` of whichever kind of layer. */
export type AnyAgentPatch = AgentPatch | Immutable<v.InferOutput<typeof CodeAgentConfig>>;

/** What one layer sets, whichever kind it is. */
export type AnyConfigLayer = ConfigLayer | Immutable<v.InferOutput<typeof CodeSettings>>;

/** Further rows of the table by which a failing gate's output is recognised, tried before it. */
export const CiPatterns = v.array(
  record({
    key: v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank")),
    /** Every one must occur in the output. */
    all: v.pipe(v.array(v.pipe(v.string(), v.nonEmpty("must not be empty"))), v.nonEmpty("a text to look for is needed")),
    /** What the agent is told to do. */
    hint: v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank")),
  }),
);
