import { CueLoopError, messageOf } from "../../base/errors.ts";
import { formatPlace } from "../../config/validate/problem.ts";
import { sourceFrame } from "../source/frame.ts";
import { USER_NAMESPACE } from "./pinned.ts";

export interface UserFrame {
  /** Name of the function; empty at the top level. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface UserErrorOptions {
  /** `folder.reason`. */
  readonly code: string;
  /** What failed, before the colon: `Hook beforeTask failed`. */
  readonly what: string;
  /** The bundle the code comes from; its map holds the sources. */
  readonly bundle: string;
  readonly hint?: string;
}

/** The error of user code: the user's own file, line, column and source lines, and no frame of the program's. */
export function userError(thrown: unknown, options: UserErrorOptions): CueLoopError {
  return errorAt(thrown, userFrames(thrown), { ...options, sourceOf: (file) => sourcesOf(options.bundle).get(file) ?? null });
}

export interface ErrorText {
  readonly code: string;
  readonly what: string;
  readonly hint?: string;
  /** Text of a file of the user's; null where it cannot be had. */
  sourceOf(file: string): string | null;
}

/** The error for what was thrown, placed at the innermost of the user's frames that is not in a package. */
export function errorAt(thrown: unknown, frames: readonly UserFrame[], options: ErrorText): CueLoopError {
  const first = frames.find(({ file }) => !file.includes("/node_modules/")) ?? frames[0];
  const source = first === undefined ? null : options.sourceOf(first.file);
  const frame = first === undefined || source === null ? "" : sourceFrame(source, first.line, first.column);
  const place = first === undefined ? "" : `${formatPlace(first)}: `;
  const lines = [
    `${options.what}: ${place}${described(thrown)}`,
    ...(frame === "" ? [] : [frame]),
    ...frames.slice(0, SHOWN_FRAMES).map(frameLine),
  ];
  const hint = options.hint ?? (thrown instanceof CueLoopError ? thrown.hint : undefined);
  return new CueLoopError(options.code, {
    message: lines.join("\n"),
    ...(hint === undefined ? {} : { hint }),
    ...(first === undefined ? {} : { where: { file: first.file, line: first.line, column: first.column } }),
  });
}

const SHOWN_FRAMES = 8;

/** The frames of an error that are the user's, innermost first. */
export function userFrames(thrown: unknown): readonly UserFrame[] {
  if (!(thrown instanceof Error) || typeof thrown.stack !== "string") return [];
  const pattern = new RegExp(`^\\s*at (?:(.*?) \\()?${USER_NAMESPACE}:(.+):(\\d+):(\\d+)\\)?$`, "gm");
  return [...thrown.stack.matchAll(pattern)].map(([, name = "", file = "", line, column]) => ({
    name: name === "<anonymous>" || name === "module code" ? "" : name,
    file,
    line: Number(line),
    column: Number(column),
  }));
}

/** The sources a bundle was made from, by absolute path. */
export function sourcesOf(bundle: string): ReadonlyMap<string, string> {
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)/.exec(bundle)?.[1];
  if (encoded === undefined) return new Map();
  const map: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  if (typeof map !== "object" || map === null || !("sources" in map) || !("sourcesContent" in map)) return new Map();
  const { sources, sourcesContent } = map;
  if (!Array.isArray(sources) || !Array.isArray(sourcesContent)) return new Map();
  const contents: readonly unknown[] = sourcesContent;
  return new Map(sources.map((source, index) => [String(source).replace(`${USER_NAMESPACE}:`, ""), String(contents[index] ?? "")]));
}

function frameLine({ name, file, line, column }: UserFrame): string {
  return `    at ${name === "" ? "" : `${name} `}(${file}:${line}:${column})`;
}

/** The message, with the class where it says more than "Error", what caused it, and what a line of the shell had printed. */
function described(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${Bun.inspect(thrown)}`;
  const name = thrown.name === "Error" || thrown instanceof CueLoopError ? "" : `${thrown.name}: `;
  const cause = thrown.cause === undefined ? "" : ` (caused by ${messageOf(thrown.cause)})`;
  const several = thrown instanceof AggregateError ? thrown.errors.map(messageOf).join("; ") : "";
  const message = [String(thrown.message), several].filter((text) => text !== "").join(": ");
  return `${name}${message === "" ? "an error without a message" : message}${cause}${printed(thrown)}`;
}

/** Characters of a shell line's output that are shown: its end, where a program says what is wrong. */
const SHOWN_CHARACTERS = 8_000;

function printed(thrown: Error): string {
  if (!(thrown instanceof Bun.$.ShellError)) return "";
  const text = `${thrown.stdout.toString()}${thrown.stderr.toString()}`.trim();
  return text === "" ? "" : `\n${text.length <= SHOWN_CHARACTERS ? text : `…${text.slice(-SHOWN_CHARACTERS)}`}`;
}
