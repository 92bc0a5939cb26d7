import type * as v from "valibot";
import type { Immutable } from "../../base/shape.ts";
import type { CiPattern, CodeContext } from "../../config/code.ts";
import type { CODE_LAYER_ENTRIES } from "../../config/schema/code-layer.ts";
import type { TemplateName } from "../../prompts/registry.ts";
import type { Runner } from "../../runners/runner.ts";
import type { Hooks } from "../hooks/types.ts";
import type { AnyCommand } from "./command.ts";

/** Values as a person may write them: null and undefined set nothing. */
type Written<T> = T extends readonly (infer Item)[] ? readonly Item[] : T extends object ? { readonly [Key in keyof T]: Value<T[Key]> } : T;
type Value<T> = unknown extends T ? unknown : NonNullable<T> extends object ? Written<NonNullable<T>> | undefined : T | null | undefined;

type Settings = { readonly [Key in keyof typeof CODE_LAYER_ENTRIES]?: Value<v.InferOutput<(typeof CODE_LAYER_ENTRIES)[Key]>> };

/** Makes the text of a prompt. `base`: what it would be without. */
export type PromptFunction = (context: Readonly<Record<string, string>>, base: string) => string;

/** What `cueloop.config.ts` exports: the settings of `.cueloop/config.jsonc`, keys that no file has, and functions. */
export interface Config extends Omit<Settings, "queue"> {
  readonly queue?: Omit<NonNullable<Settings["queue"]>, "file" | "done_file" | "id_prefix" | "id_width"> | undefined;
  /** One object, or several from packages of the repository's own. */
  readonly hooks?: Hooks | readonly Hooks[] | undefined;
  /** Agents, by the name that `runner` gives. */
  readonly runners?: Readonly<Record<string, Runner>> | undefined;
  /** Commands, by the word typed. */
  readonly commands?: Readonly<Record<string, AnyCommand>> | undefined;
  /** Prompts, by the name of their template. */
  readonly prompts?: { readonly [Name in TemplateName]?: PromptFunction | undefined } | undefined;
  /** Further rows of the table by which a failing gate's output is recognised, tried before it. */
  readonly ci_patterns?: readonly CiPattern[] | null | undefined;
}

/** What a configuration that is a function is called with. */
export type ConfigContext = Immutable<CodeContext>;

export type ConfigFunction = (context: ConfigContext) => Config | Promise<Config>;

/** A configuration, a promise of one, or a function that gives either. */
export type ConfigValue = Config | Promise<Config> | ConfigFunction;
