import * as v from "valibot";
import { type Immutable, mapOf, record } from "../base/shape.ts";
import { AgentConfig } from "./schema/agent.ts";
import { LoopConfig, ParallelConfig, PluginsConfig, QueueConfig } from "./schema/sections.ts";
import { ProjectType, unsigned } from "./schema/values.ts";

export type { ResolvedAgent, ResolvedConfig } from "./resolved.ts";

/** The one version of the file format. */
export const CONFIG_VERSION = 2;

/** One `config.jsonc`. Null equals absent wherever a key allows it. */
export const ConfigLayer = record({
  /** Lets editors find the JSON Schema; ignored. */
  $schema: v.optional(v.string()),
  version: v.nullish(unsigned("u32", { min: CONFIG_VERSION, max: CONFIG_VERSION })),
  project_type: v.nullish(ProjectType),
  queue: v.optional(QueueConfig),
  agent: v.optional(AgentConfig),
  parallel: v.optional(ParallelConfig),
  loop: v.optional(LoopConfig),
  plugins: v.optional(PluginsConfig),
  profiles: v.nullish(mapOf(AgentConfig)),
});
export type ConfigLayer = Immutable<v.InferOutput<typeof ConfigLayer>>;

/** A patch over `agent`: what a layer or a profile sets. */
export type AgentPatch = Immutable<v.InferOutput<typeof AgentConfig>>;
