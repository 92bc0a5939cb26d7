import { join } from "node:path";
import type { BaseContext } from "../base/context.ts";
import { CueLoopError, causeChain } from "../base/errors.ts";
import type { CodeLayer } from "./code.ts";
import type { InsideRun, RepoContext } from "./context.ts";
import { readInstructionFiles } from "./instruction-files.ts";
import { readLayer, type SourceLayer } from "./layers/read.ts";
import { configuredPath, findRoot, globalConfigPath, projectConfigPath, RUNTIME_DIR } from "./paths.ts";
import type { Provenance } from "./provenance.ts";
import type { ResolvedConfig } from "./resolved.ts";
import type { ConfigLayer } from "./schema.ts";
import { settle, settleWithCode } from "./settle.ts";
import { type SplitLayer, splitLayer } from "./trust/gated.ts";
import { type AskGit, consentTo, type Judgement, judgeTrust } from "./trust/judge.ts";
import { changed, notInForce, remarkable, untrusted } from "./trust/messages.ts";
import type { GatedChange, TrustState } from "./trust/state.ts";
import { isInside, outsideEntries } from "./trust/surroundings.ts";

export { findRoot } from "./paths.ts";

/**
 * What is done about gated values of a project layer that is not trusted.
 * - `read`, `write`: they are withheld, with one warning.
 * - `execute`: refused, or asked about.
 * - `init`: trust is not looked at.
 * - `show`: kept as written, with one warning.
 */
export type LoadKind = "read" | "write" | "execute" | "init" | "show";

export interface LoadOptions {
  readonly kind: LoadKind;
  /** Name of the profile to merge over `agent`. */
  readonly profile?: string;
  readonly insideRun: InsideRun | null;
  /** The project layer is about to be replaced: one that cannot be used is left out, with a warning. */
  readonly replacesProject?: boolean;
  /** Whether a person sits at a terminal and may be asked. */
  readonly interactive?: boolean;
  /** Asks whether the changed values may be used from now on. */
  askTrust?(changes: readonly GatedChange[]): Promise<boolean>;
  /** The layer of `cueloop.config.ts` over the configuration of the files; null: it does not take part. Left out: there is none. */
  code?(data: ResolvedConfig): Promise<CodeLayer | null>;
}

/** A repository's context with what was found while its configuration was resolved. */
export interface LoadedRepo extends RepoContext {
  /** One line each, for the person; not logged yet. */
  readonly warnings: readonly string[];
  readonly trust: TrustState;
  readonly provenance: Provenance;
}

/**
 * Finds the repository of `base.cwd` and resolves its configuration. Throws `config.*` errors
 * with file, line, column and key, and `config.untrusted` or `config.trust_changed` when an
 * executing command may not go on.
 */
export async function loadRepo(base: BaseContext, options: LoadOptions): Promise<LoadedRepo> {
  const root = findRoot(base.cwd);
  const globalPath = globalConfigPath(base.env);
  const global = globalPath === null ? null : readLayer(globalPath, "global");
  const { project, problem } = readProject(base, root, global, options);
  const outside = outsideEntries(root, base.env);
  const split: SplitLayer = project === null ? { open: {}, gated: [] } : splitLayer(project.layer, outside);
  const judgement = await judgeTrust(base, root, split.gated, ASK_GIT[options.kind]);
  const trust = options.kind === "execute" ? await requireTrust(base, root, options, judgement, globalPath) : judgement.state;
  const inForce = trust.status === "none" || trust.status === "trusted";
  const asWritten = inForce || options.kind === "init" || options.kind === "show";
  const files: SourceLayer[] = [
    ...(global === null ? [] : [global]),
    ...(project === null ? [] : [asWritten ? project : { ...project, layer: split.open }]),
  ];
  const loaded = options.code === undefined ? null : await options.code(settle(files, { kind: options.kind }).config);
  const { settled, layers, code } = settleWithCode(files, loaded, options, ({ config, locate }) => {
    const entries = (config.agent.instruction_files ?? []).filter((entry) => inForce || outside(entry) === null);
    readInstructionFiles(root, base.env, entries, locate);
  });
  const { queue } = settled.config;
  return {
    ...base,
    root,
    runtimeDir: join(root, RUNTIME_DIR),
    sourceDir: join(root, RUNTIME_DIR),
    config: settled.config,
    queuePath: configuredPath(root, base.env, queue.file.trim()),
    donePath: configuredPath(root, base.env, queue.done_file.trim()),
    idPrefix: queue.id_prefix.trim().toUpperCase(),
    idWidth: queue.id_width,
    insideRun: options.insideRun,
    code: code?.code ?? null,
    warnings: [
      ...(problem === null ? [] : [`${causeChain(problem).join(": ")} It is replaced.`]),
      ...settled.warnings,
      ...trustWarnings(options.kind, judgement, trust),
      ...removedWarnings(options.kind, layers),
      ...(options.kind === "execute" && !trust.consent
        ? remarkable(project?.layer ?? {}, (path) => isInside(root, configuredPath(root, base.env, path)))
        : []),
    ],
    trust,
    provenance: settled.provenance,
  };
}

interface ProjectLayer {
  readonly project: SourceLayer<ConfigLayer> | null;
  /** Why the layer is left out; null when it is not. */
  readonly problem: CueLoopError | null;
}

function readProject(base: BaseContext, root: string, global: SourceLayer | null, options: LoadOptions): ProjectLayer {
  const read = () => readLayer(projectConfigPath(root), "project");
  if (options.replacesProject !== true) return { project: read(), problem: null };
  try {
    const project = read();
    const { config, locate } = settle([...(global === null ? [] : [global]), ...(project === null ? [] : [project])], options);
    readInstructionFiles(root, base.env, config.agent.instruction_files ?? [], locate);
    return { project, problem: null };
  } catch (problem) {
    if (!(problem instanceof CueLoopError)) throw problem;
    return { project: null, problem };
  }
}

const ASK_GIT: Readonly<Record<LoadKind, AskGit>> = {
  read: "never",
  show: "never",
  init: "never",
  write: "refuse_on_failure",
  execute: "fail",
};

/** For commands that start programs: trust is there, or asked for, or the command ends here. */
async function requireTrust(
  base: BaseContext,
  root: string,
  options: LoadOptions,
  { state, content, consents }: Judgement,
  globalPath: string | null,
): Promise<TrustState> {
  if (state.status === "untrusted" && state.gated.length > 0) throw untrusted(state, globalPath);
  if (state.status === "changed") {
    const mayAsk = options.interactive === true && options.insideRun === null;
    const agreed = mayAsk && (await options.askTrust?.(state.changes)) === true;
    if (!agreed) throw changed(state);
    await consentTo(base, root, content, "prompt");
    return { ...state, status: "trusted", changes: [] };
  }
  const firstUse = state.consent && consents.data.length === 0 && consents.unusable === null && options.insideRun === null;
  if (firstUse) {
    await consentTo(base, root, content, "first_use");
    base.log.info("First run here: what it may start is recorded, and changes are asked about.");
  }
  return state;
}

function trustWarnings(kind: LoadKind, { consents, content }: Judgement, trust: TrustState): readonly string[] {
  const warnings = consents.unusable === null ? [] : [`Your trust decisions cannot be kept: ${consents.unusable}.`];
  const withheld = trust.status === "untrusted" || trust.status === "changed";
  if (withheld && kind !== "init" && content.values.length > 0) warnings.push(notInForce(trust));
  return warnings;
}

/** A key that older programs had still loads; whoever wrote it should learn that it does nothing. */
function removedWarnings(kind: LoadKind, layers: readonly SourceLayer[]): readonly string[] {
  if (kind !== "execute" && kind !== "show") return [];
  return layers.flatMap(({ layer, locate }) => {
    const patches = [
      ["agent", layer.agent] as const,
      ...Object.entries(layer.profiles ?? {}).map(([name, patch]) => [`profiles.${name}`, patch] as const),
    ];
    return patches
      .filter(([, patch]) => patch?.cursor_bin !== undefined)
      .map(([path]) => `\`${path}.cursor_bin\` in ${locate([]).file ?? "the configuration"} has no effect any more; delete it.`);
  });
}
