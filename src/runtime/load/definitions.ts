import * as v from "valibot";
import { CueLoopError } from "../../base/errors.ts";
import { version } from "../../version.ts";

const identity = <T>(value: T): T => value;

/** The part of the module `cueloop` that needs no repository. */
export const definitions = {
  defineConfig: identity,
  defineRunner: identity,
  defineCommand: identity,
  v,
  CueLoopError,
  version,
};
