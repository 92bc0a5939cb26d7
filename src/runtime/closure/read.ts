import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { BunPlugin } from "bun";
import { sha256 } from "../../base/files.ts";
import { codeFilePath, rivalCodeFiles } from "../../config/code-file.ts";
import { isInside } from "../../config/trust/surroundings.ts";
import { boundaryOf } from "./boundary.ts";
import { type Bundled, bundle } from "./bundler.ts";
import { CLOSURE_LOADERS, type Closure, type ClosureEdge, type ClosureFile, type ClosureLoader } from "./closure.ts";
import { closureDigest } from "./digest.ts";
import { askedKey, edgesOf } from "./edges.ts";
import { type CodeProblem, codeError, importPlace } from "./problem.ts";
import { findUnpinnable } from "./unpinnable.ts";

/** More than any configuration is; a repository must not be able to fill the memory of whoever looks at it. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** What is known of a file while the closure is read, by absolute path. */
interface Read {
  readonly bytes: Uint8Array;
  readonly loader: ClosureLoader;
}

/**
 * Reads every file that bundling a repository's `cueloop.config.ts` reads, each once, and runs nothing of them.
 * @throws CueLoopError `runtime.*` with file, line and column for what cannot be parsed, found or covered by a digest
 */
export async function readClosure(root: string): Promise<Closure> {
  const reader = new ClosureReader(root);
  return reader.read();
}

class ClosureReader {
  readonly #boundary: string;
  readonly #entry: string;
  readonly #read = new Map<string, Read>();
  readonly #asked = new Set<string>();
  #problem: CodeProblem | null = null;
  #size = 0;

  constructor(root: string) {
    this.#boundary = boundaryOf(root);
    this.#entry = entryOf(root, this.#boundary);
  }

  async read(): Promise<Closure> {
    const built = await bundle(this.#entry, dirname(this.#entry), this.#plugin());
    if (this.#problem !== null) throw this.#error(this.#located(this.#problem, built));
    const [failure] = built.failures;
    if (failure !== undefined) throw this.#error(failure);
    const edges = edgesOf(built.inputs, this.#asked);
    for (const edge of edges) this.#requireCovered(edge);
    return this.#closure(edges);
  }

  #plugin(): BunPlugin {
    return {
      name: "cueloop-closure",
      setup: (build) => {
        build.onResolve({ filter: /.*/ }, ({ path, importer }) => {
          this.#asked.add(askedKey(importer, path));
          return undefined;
        });
        build.onLoad({ filter: /.*/ }, ({ path, loader }) => this.#load(path, loader));
      },
    };
  }

  /** The bytes of a file, read here and never again. What may not be read is noted, and empty. */
  #load(path: string, proposed: string): { readonly contents: Uint8Array; readonly loader: ClosureLoader } {
    const known = this.#read.get(path);
    if (known !== undefined) return { contents: known.bytes, loader: known.loader };
    const loader = loaderOf(path, proposed);
    const problem = loader === null ? unsupported(path) : this.#unreadable(path);
    if (loader === null || problem !== null) {
      this.#problem ??= problem;
      return { contents: new Uint8Array(), loader: "js" };
    }
    const bytes = readFileSync(path);
    this.#size += bytes.length;
    this.#read.set(path, { bytes, loader });
    return { contents: bytes, loader };
  }

  #unreadable(path: string): CodeProblem | null {
    if (!isInside(this.#boundary, realpathSync(path))) return outside(path, this.#boundary);
    const stat = statSync(path);
    if (!stat.isFile()) return { code: "not_a_file", file: path, message: "is imported and is no regular file." };
    if (this.#size + stat.size <= LARGEST_BYTES) return null;
    return {
      code: "too_large",
      file: path,
      message: `the files of this configuration are larger than ${LARGEST_BYTES >> 20} MiB together.`,
    };
  }

  /** The place that imports the file a problem is about. */
  #located(problem: CodeProblem, built: Bundled): CodeProblem {
    const edge = edgesOf(built.inputs, this.#asked).find(({ target }) => target === problem.file);
    if (edge === undefined) return problem;
    return { ...problem, file: edge.from, ...importPlace(this.#text(edge.from) ?? "", edge.specifier) };
  }

  #requireCovered(edge: ClosureEdge): void {
    if (edge.target !== null && this.#read.has(edge.target)) return;
    const guarded = edge.target === null && edge.kind !== "import-statement" && !/^[a-z][a-z+.-]+:/i.test(edge.specifier);
    if (guarded) return;
    throw this.#error({
      code: "unresolved",
      file: edge.from,
      ...importPlace(this.#text(edge.from) ?? "", edge.specifier),
      message: `\`${edge.specifier}\` is no file of this repository, and nothing else can be imported.`,
    });
  }

  #closure(edges: readonly ClosureEdge[]): Closure {
    const files = [...this.#read].map(
      ([path, { bytes, loader }]): ClosureFile => ({ path: this.#inside(path), bytes, sha256: sha256(bytes), loader }),
    );
    const inside = edges.map((edge) => ({
      ...edge,
      from: this.#inside(edge.from),
      target: edge.target === null ? null : this.#inside(edge.target),
    }));
    const sortedFiles = files.sort((a, b) => compare(a.path, b.path));
    const sortedEdges = distinct(
      inside.map((edge) => ({ edge, key: `${edge.from}\0${edge.specifier}\0${edge.kind}\0${edge.target ?? ""}` })),
    );
    return {
      boundary: this.#boundary,
      entry: this.#inside(this.#entry),
      files: sortedFiles,
      edges: sortedEdges,
      digest: closureDigest({ files: sortedFiles, edges: sortedEdges }),
      unpinnable: sortedFiles.flatMap(findUnpinnable),
    };
  }

  #inside(path: string): string {
    return relative(this.#boundary, path).split(sep).join("/");
  }

  #text(path: string): string | null {
    const read = this.#read.get(resolve(path));
    return read === undefined ? null : new TextDecoder().decode(read.bytes);
  }

  #error(problem: CodeProblem): Error {
    return codeError(problem, this.#text(problem.file));
  }
}

/** The canonical path of the entry. Errors: `runtime.rival`, `runtime.not_a_file`, `runtime.outside`. */
function entryOf(root: string, boundary: string): string {
  const file = codeFilePath(root);
  const [rival] = rivalCodeFiles(root);
  if (rival !== undefined) {
    throw codeError(
      { code: "rival", file: rival, message: `stands beside ${file}.`, hint: "Keep cueloop.config.ts and remove the other file." },
      null,
    );
  }
  const link = lstatSync(file).isSymbolicLink();
  if (!leadsToFile(file)) {
    const what = link ? "is a link that leads to no regular file." : "is no regular file.";
    throw codeError({ code: "not_a_file", file, message: what }, null);
  }
  const real = realpathSync(file);
  if (!isInside(boundary, real)) throw codeError({ ...outside(real, boundary), file }, null);
  return real;
}

/** False for whatever cannot be opened as a file, a circle of links among it. */
function leadsToFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function outside(path: string, boundary: string): CodeProblem {
  return {
    code: "outside",
    file: path,
    message: `leads to ${path}, outside of ${boundary}; what is trusted with a repository is inside it.`,
    hint: "Copy the file into the repository, or install the package there.",
  };
}

function unsupported(path: string): CodeProblem {
  return {
    code: "unsupported",
    file: path,
    message: `${path} is of a kind that cannot be imported here: TypeScript, JavaScript, JSON, TOML, YAML and text can.`,
    hint: 'To import it as text, write `with { type: "text" }` behind the import.',
  };
}

/** The bundler proposes code for what it does not know; only what is named as code is code. */
function loaderOf(path: string, proposed: string): ClosureLoader | null {
  const known = CLOSURE_LOADERS.find((loader) => loader === proposed) ?? null;
  const isCode = known === "ts" || known === "tsx" || known === "js" || known === "jsx";
  return isCode && !/\.[cm]?[jt]sx?$/i.test(path) ? null : known;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function distinct(keyed: readonly { readonly edge: ClosureEdge; readonly key: string }[]): ClosureEdge[] {
  const byKey = new Map(keyed.map(({ edge, key }) => [key, edge]));
  return [...byKey].sort(([a], [b]) => compare(a, b)).map(([, edge]) => edge);
}
