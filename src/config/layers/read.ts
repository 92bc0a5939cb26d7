import { CueLoopError, type ErrorPlace } from "../../base/errors.ts";
import { readTextIfExists } from "../../base/files.ts";
import { type JsonPath, parseJsonc } from "../../base/jsonc.ts";
import { invalid, parseValue } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import type { Origin, Provenance } from "../provenance.ts";
import type { AnyConfigLayer } from "../schema/code-layer.ts";
import { CONFIG_VERSION, ConfigLayer } from "../schema.ts";
import { formatPlace, type Locate } from "../validate/problem.ts";
import { findNoInteger } from "./integers.ts";
import { removedKeyAdvice } from "./removed.ts";

/** One layer and where it was written. */
export interface SourceLayer<Layer extends AnyConfigLayer = AnyConfigLayer> {
  readonly origin: Origin;
  readonly layer: Layer;
  readonly locate: Locate;
}

const NAMES: Readonly<Partial<Record<Origin, string>>> = { global: "global configuration", project: "project configuration" };

/**
 * Reads a `config.jsonc`; null when there is none. Throws `config.layer` naming file, line,
 * column, key and what is accepted; for keys of older versions it says what to put in their place.
 */
export function readLayer(file: string, origin: Origin): SourceLayer<ConfigLayer> | null {
  const what = NAMES[origin] ?? "configuration";
  try {
    const text = readTextIfExists(file);
    return text === null ? null : parseLayer(text, file, origin, what);
  } catch (error) {
    if (!(error instanceof CueLoopError) || error.code === "config.version") throw error;
    throw new CueLoopError("config.layer", {
      message: `The ${what} cannot be loaded`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.where === undefined ? {} : { where: error.where }),
      cause: error,
    });
  }
}

function parseLayer(text: string, file: string, origin: Origin, what: string): SourceLayer<ConfigLayer> {
  const document = parseJsonc(text, file);
  const locate: Locate = (path) => ({ file, ...nearestPlace(document.place, path) });
  let layer: ConfigLayer;
  try {
    layer = parseValue(ConfigLayer, document, what);
    const number = findNoInteger(text, document);
    if (number !== null) throw invalid({ ...document, file }, what, number.path, { message: `must be an integer, found ${number.text}` });
  } catch (error) {
    throw withAdvice(error, removedKeyAdvice(document.value));
  }
  if (layer.version === undefined || layer.version === CONFIG_VERSION) return { origin, layer, locate };
  const place = locate(["version"]);
  throw new CueLoopError("config.version", {
    message: `${formatPlace(place)}: the ${what} has version ${layer.version}, this program reads version ${CONFIG_VERSION}.`,
    hint: layer.version < CONFIG_VERSION ? removedKeyAdvice(document.value).join("\n") : "It was written by a newer program: use that one.",
    where: { ...place, path: "version" },
  });
}

function withAdvice(error: unknown, advice: readonly string[]): unknown {
  if (!(error instanceof CueLoopError) || advice.length === 0) return error;
  return new CueLoopError(error.code, {
    message: error.message,
    hint: ["The file has keys of an older version.", ...advice, ...(error.hint === undefined ? [] : [error.hint])].join("\n"),
    ...(error.where === undefined ? {} : { where: error.where }),
  });
}

/** The place of a key, or of the innermost thing around it that the file has. */
function nearestPlace(
  place: (path: JsonPath) => { line: number; column: number } | null,
  path: JsonPath,
): Pick<ErrorPlace, "line" | "column"> {
  for (let length = path.length; length > 0; length -= 1) {
    const found = place(path.slice(0, length));
    if (found !== null) return { line: found.line, column: found.column };
  }
  return {};
}

/** Finds what set a key among layers, weakest first; the profile's keys are looked up where the profile was written. */
export function locateIn(layers: readonly SourceLayer[], profile: string | null): Locate {
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const shorter = path.slice(0, length);
      const inProfile = profile !== null && path[0] === "agent" && length > 1 ? ["profiles", profile, ...shorter.slice(1)] : shorter;
      for (const candidate of [inProfile, shorter]) {
        const source = strongest(layers, candidate);
        if (source !== null) return source.locate(candidate);
      }
    }
    return {};
  };
}

/** Where each leaf comes from; a selected profile is the last of the layers. */
export function provenanceOf(layers: readonly Pick<SourceLayer, "origin" | "layer">[]): Provenance {
  return { of: (path) => strongest(layers, path)?.origin ?? "default" };
}

function strongest<L extends Pick<SourceLayer, "layer">>(layers: readonly L[], path: JsonPath): L | null {
  return layers.findLast((source) => sets(source.layer, path)) ?? null;
}

function sets(layer: unknown, path: JsonPath): boolean {
  let value = layer;
  for (const step of path) {
    if (Array.isArray(value) && typeof step === "number") value = value[step];
    else if (isPlainObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return false;
  }
  return value !== undefined;
}
