import { CueLoopError } from "../base/errors.ts";
import type { CodeLayer } from "./code.ts";
import { CODE_FILE } from "./code-file.ts";
import { mergeLayers } from "./layers/merge.ts";
import { locateIn, provenanceOf, type SourceLayer } from "./layers/read.ts";
import { findProfile, type Profile, withProfile } from "./profiles.ts";
import type { Provenance } from "./provenance.ts";
import type { LoadOptions } from "./resolve.ts";
import type { ResolvedConfig } from "./resolved.ts";
import { AGING_PATH, dropInheritedAging } from "./validate/aging.ts";
import { clampConfig } from "./validate/clamp.ts";
import { validateConfig } from "./validate/config.ts";
import type { Locate } from "./validate/problem.ts";

/** What layers come to. */
export interface Settled {
  readonly config: ResolvedConfig;
  readonly warnings: readonly string[];
  readonly provenance: Provenance;
  readonly locate: Locate;
}

/** Merges, validates and brings into range; a profile is merged after the files are valid, and validated again. */
export function settle(layers: readonly SourceLayer[], options: Pick<LoadOptions, "kind" | "profile">): Settled {
  const merged = mergeLayers(layers.map((source) => source.layer));
  const provenance = provenanceOf(layers);
  const aging = dropInheritedAging(merged.queue.aging_thresholds, (key) => provenance.of([...AGING_PATH.map(String), key]));
  const files: ResolvedConfig = { ...merged, queue: { ...merged.queue, aging_thresholds: aging.thresholds } };
  validateConfig(files, locateIn(layers, null));
  const profile: Profile | null = options.profile === undefined ? null : findProfile(files, options.profile);
  const locate = locateIn(layers, profile?.name ?? null);
  const withProfiles = profile === null ? files : withProfile(files, profile);
  if (profile !== null) validateConfig({ ...withProfiles, profiles: {} }, locate);
  const clamped = clampConfig(withProfiles);
  const all = profile === null ? layers : [...layers, { origin: "profile" as const, layer: { agent: profile.patch } }];
  const config = options.kind === "show" ? withProfiles : clamped.config;
  return { config, warnings: [...aging.warnings, ...clamped.warnings], provenance: provenanceOf(all), locate };
}

export interface SettledWithCode {
  readonly settled: Settled;
  readonly layers: readonly SourceLayer[];
  /** Null where there is none, and where it was left out. */
  readonly code: CodeLayer | null;
}

/**
 * Settles the layers of the files with the code's over them. Values of the code that cannot be used end the command, with the
 * lines they stand on; a command that only shows goes on without the code and says so.
 * @param check further checks; they throw as the settling does
 */
export function settleWithCode(
  files: readonly SourceLayer[],
  code: CodeLayer | null,
  options: Pick<LoadOptions, "kind" | "profile">,
  check: (settled: Settled) => void,
): SettledWithCode {
  const settled = (layers: readonly SourceLayer[]) => {
    const all = settle(layers, options);
    check(all);
    return all;
  };
  if (code === null) return { settled: settled(files), layers: files, code };
  const layers: readonly SourceLayer[] = [...files, { origin: "ts", layer: code.layer, locate: code.locate }];
  try {
    return { settled: settled(layers), layers, code };
  } catch (error) {
    if (!(error instanceof CueLoopError) || error.where?.file !== code.code.context.configFile) throw error;
    if (options.kind !== "show") throw code.inSource(error);
    const rest = settled(files);
    const [reason] = error.message.split("\n");
    return { settled: { ...rest, warnings: [...rest.warnings, `${CODE_FILE} is not used: ${reason}`] }, layers: files, code: null };
  }
}
