/** One file of a closure; its bytes were read once, and everything after works with them. */
export interface ClosureFile {
  /** Relative to the boundary, `/` between parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly loader: ClosureLoader;
}

/** How a file is understood: code, data, or text. */
export const CLOSURE_LOADERS = ["ts", "tsx", "js", "jsx", "json", "jsonc", "toml", "yaml", "text"] as const;
export type ClosureLoader = (typeof CLOSURE_LOADERS)[number];

/** What an import leads to. */
export interface ClosureEdge {
  /** Boundary-relative path of the importing file. */
  readonly from: string;
  /** As the importing file has it. */
  readonly specifier: string;
  /** `import-statement`, `dynamic-import`, `require-call` or `require-resolve`. */
  readonly kind: string;
  /** Boundary-relative path; null where nothing was found, which only a guarded `require` may do. */
  readonly target: string | null;
}

/** A place in the code whose effect no digest can cover. */
export interface Unpinnable {
  /** Boundary-relative. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is done there: `computed import()`. */
  readonly what: string;
}

/** Every file that bundling `cueloop.config.ts` reads, and how they hang together. */
export interface Closure {
  /** Absolute and canonical: the git top level around the root, or the root. */
  readonly boundary: string;
  /** Boundary-relative path of `cueloop.config.ts`, symlinks resolved. */
  readonly entry: string;
  /** Sorted by path. */
  readonly files: readonly ClosureFile[];
  /** Sorted by importing file, specifier and kind. */
  readonly edges: readonly ClosureEdge[];
  /** `sha256:…`, version 1. */
  readonly digest: string;
}
