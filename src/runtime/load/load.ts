import type { BaseContext } from "../../base/context.ts";
import { CueLoopError } from "../../base/errors.ts";
import type { CodeContext, CodeLayer } from "../../config/code.ts";
import { CODE_FILE } from "../../config/code-file.ts";
import { checkCode } from "../check/check.ts";
import type { OwnWords } from "../check/commands.ts";
import { keyPlaces } from "../check/places.ts";
import { requireNoUnheldLimit, unusedSettings } from "../check/unmet.ts";
import type { Closure } from "../closure/closure.ts";
import { codeError } from "../closure/problem.ts";
import { inSource } from "../source/in-source.ts";
import { refuseComputedImports } from "./computed.ts";
import { evaluate } from "./evaluate.ts";
import { installModules, type VirtualModules } from "./modules.ts";
import { bundlePinned } from "./pinned.ts";
import { createRealm } from "./realm.ts";
import { tellOfStrayErrors } from "./stray.ts";
import { sourcesOf, userError } from "./user-error.ts";

/** What loading needs from the folders above. */
export interface LoadParts extends OwnWords {
  readonly modules: VirtualModules;
}

/** Code that may run: its owner agreed to exactly these bytes. */
export interface TrustedCode {
  /** `sha256:…` of the closure. */
  readonly digest: string;
  /** Made by `bundlePinned`. */
  readonly bundle: string;
}

/**
 * Bundles a trusted closure from its bytes in memory, evaluates it and checks what it gives.
 * @throws CueLoopError `runtime.*` naming the user's file, line and column
 */
export async function loadClosure(context: BaseContext, closure: Closure, input: CodeContext, parts: LoadParts): Promise<CodeLayer> {
  const { text, failures } = await bundlePinned(closure);
  const [failure] = failures;
  if (text !== null) {
    const loaded = await loadBundle(context, { digest: closure.digest, bundle: text }, input, parts);
    for (const line of unusedSettings(loaded)) context.log.warn(line);
    return loaded;
  }
  throw codeError(failure ?? { code: "syntax", file: input.configFile, message: "cannot be bundled." }, null);
}

/** Evaluates a bundle and checks what it gives: in a parallel worker, the one its coordinator sent. */
export async function loadBundle(context: BaseContext, trusted: TrustedCode, input: CodeContext, parts: LoadParts): Promise<CodeLayer> {
  installModules(parts.modules);
  refuseComputedImports();
  const realm = createRealm(context.log);
  tellOfStrayErrors(context.log, trusted.bundle);
  const value = await evaluate(context, realm, trusted.bundle, input);
  try {
    return realm.run(CODE_FILE, () => {
      requireNoUnheldLimit(value, (path) => keyPlaces(input.configFile, sourcesOf(trusted.bundle))(path));
      return checkCode(value, { ...trusted, context: input }, realm, parts);
    });
  } catch (thrown) {
    if (thrown instanceof CueLoopError) throw inSource(thrown, sourcesOf(trusted.bundle));
    // Looking at a value can run code of the user's: a getter, a proxy.
    throw userError(thrown, { code: "runtime.evaluation", what: `The configuration failed (${input.configFile})`, bundle: trusted.bundle });
  }
}
