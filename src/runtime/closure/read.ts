import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { BunPlugin } from "bun";
import { messageOf } from "../../base/errors.ts";
import { sha256 } from "../../base/files.ts";
import { isInside } from "../../config/trust/surroundings.ts";
import { statedKinds } from "./attributes.ts";
import { boundaryOf } from "./boundary.ts";
import { type Bundled, bundle } from "./bundler.ts";
import type { Closure, ClosureEdge, ClosureFile, ClosureLoader } from "./closure.ts";
import { closureDigest } from "./digest.ts";
import { askedKey, edgesOf, unaskedOf } from "./edges.ts";
import { entryOf, outside } from "./entry.ts";
import { isCode, loaderOf, unsupported } from "./loaders.ts";
import { type CodeProblem, codeError, importPlace } from "./problem.ts";

/** More than any configuration is; a repository must not be able to fill the memory of whoever looks at it. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** Stands for what may not be read: whatever is imported from it is there, so that the bundler goes on and tells who imports it. */
const ANYTHING = "module.exports = {};";

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
  /** What imports say their files are: by importing file and specifier, and by the file they lead to. */
  readonly #stated = new Map<string, ReadonlyMap<string, string>>();
  readonly #kinds = new Map<string, string>();
  #problem: CodeProblem | null = null;
  #size = 0;

  constructor(root: string) {
    this.#boundary = boundaryOf(root);
    this.#entry = entryOf(root, this.#boundary);
  }

  async read(): Promise<Closure> {
    let built = await this.#bundle();
    if (this.#noteAliases(built)) built = await this.#bundle();
    if (this.#problem !== null) throw this.#error(this.#located(this.#problem, built));
    const [failure] = built.failures;
    if (failure !== undefined) throw this.#error(failure);
    this.#requireBundled(built);
    const edges = edgesOf(built.inputs, this.#asked);
    for (const edge of edges) this.#requireCovered(edge);
    return this.#closure(edges);
  }

  #bundle(): Promise<Bundled> {
    this.#problem = null;
    return bundle(this.#entry, dirname(this.#entry), this.#plugin());
  }

  /** Where an alias or a package leads is known when the bundler has been there; true when a file is of another kind than thought. */
  #noteAliases(built: Bundled): boolean {
    const before = this.#kinds.size;
    for (const { from, specifier, target } of edgesOf(built.inputs, this.#asked)) {
      const kind = this.#stated.get(from)?.get(specifier);
      if (kind !== undefined && target !== null && !this.#kinds.has(target)) this.#kinds.set(target, kind);
    }
    return this.#kinds.size > before;
  }

  #plugin(): BunPlugin {
    return {
      name: "cueloop-closure",
      setup: (build) => {
        build.onResolve({ filter: /.*/ }, ({ path, importer }) => {
          this.#asked.add(askedKey(importer, path));
          this.#noteKind(importer, path);
          return undefined;
        });
        build.onLoad({ filter: /.*/ }, ({ path, loader }) => this.#load(path, loader));
      },
    };
  }

  /** The bytes of a file, read here and never again. What may not be read is noted. */
  #load(path: string, proposed: string): { readonly contents: Uint8Array | string; readonly loader: ClosureLoader } {
    const loader = loaderOf(path, this.#kinds.get(path) ?? null, proposed);
    const known = this.#read.get(path);
    if (known !== undefined && loader !== null) {
      this.#read.set(path, { bytes: known.bytes, loader });
      return { contents: known.bytes, loader };
    }
    const bytes = loader === null ? unsupported(path) : this.#bytesOf(path);
    if (loader === null || !(bytes instanceof Uint8Array)) {
      this.#problem ??= bytes instanceof Uint8Array ? null : bytes;
      return { contents: ANYTHING, loader: "js" };
    }
    this.#size += bytes.length;
    this.#read.set(path, { bytes, loader });
    if (isCode(loader)) this.#stated.set(path, statedKinds(new TextDecoder().decode(bytes)));
    return { contents: bytes, loader };
  }

  /** For what says itself where it leads. */
  #noteKind(importer: string, specifier: string): void {
    const kind = this.#stated.get(importer)?.get(specifier);
    if (kind === undefined || !/^(?:\.\.?)?\//.test(specifier)) return;
    const path = resolve(dirname(importer), specifier);
    this.#kinds.set(existsSync(path) ? realpathSync(path) : path, kind);
  }

  #bytesOf(path: string): Uint8Array | CodeProblem {
    try {
      if (!isInside(this.#boundary, realpathSync(path))) return outside(path, this.#boundary);
      const stat = statSync(path);
      if (!stat.isFile()) return { code: "not_a_file", file: path, message: "is imported and is no regular file." };
      if (this.#size + stat.size > LARGEST_BYTES) return tooLarge(path);
      return readFileSync(path);
    } catch (error) {
      return { code: "unreadable", file: path, message: `${path} cannot be read: ${messageOf(error)}.` };
    }
  }

  /** The place that imports the file a problem is about. */
  #located(problem: CodeProblem, built: Bundled): CodeProblem {
    const edge = edgesOf(built.inputs, this.#asked).find(({ target }) => target === problem.file);
    if (edge === undefined) return problem;
    return { ...problem, file: edge.from, ...importPlace(this.#text(edge.from) ?? "", edge.specifier) };
  }

  /** Some kinds, SQLite's for one, the bundler leaves to be imported when the code runs, from a file that no digest covers. */
  #requireBundled(built: Bundled): void {
    for (const [file, specifier] of unaskedOf(built.inputs, this.#asked)) {
      if (!this.#stated.get(file)?.has(specifier)) continue;
      throw this.#error({ ...unsupported(specifier), file, ...importPlace(this.#text(file) ?? "", specifier) });
    }
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

function tooLarge(file: string): CodeProblem {
  return { code: "too_large", file, message: `the files of this configuration are larger than ${LARGEST_BYTES >> 20} MiB together.` };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function distinct(keyed: readonly { readonly edge: ClosureEdge; readonly key: string }[]): ClosureEdge[] {
  const byKey = new Map(keyed.map(({ edge, key }) => [key, edge]));
  return [...byKey].sort(([a], [b]) => compare(a, b)).map(([, edge]) => edge);
}
