/** A program of the user's that is run as it stands, without a bundle: nobody but the person named it. */
export interface Program {
  /** Absolute path; of no file where `given` is there. */
  readonly file: string;
  /** What is evaluated instead of a file's content; null: the file's. */
  readonly given: GivenText | null;
  /** What it is in messages: `The script`. */
  readonly what: string;
}

export interface GivenText {
  /** As the person wrote it. */
  readonly source: string;
  /** The module made of it. */
  readonly module: string;
  /** Lines of the module before the person's first. */
  readonly preamble: number;
}

/**
 * Imports a program as the main module of the process and gives its exports. `argv` is what it finds behind its own name.
 * Throws what the program throws.
 */
export async function importProgram({ file, given }: Program, argv: readonly string[]): Promise<unknown> {
  if (given !== null) provide(file, given.module);
  Reflect.set(Bun, "main", file);
  process.argv.splice(0, process.argv.length, process.execPath, file, ...argv);
  return import(given === null ? Bun.pathToFileURL(file).href : file);
}

/** Makes a text importable as if it were this file. */
function provide(file: string, text: string): void {
  const filter = new RegExp(`^${file.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
  Bun.plugin({
    name: "cueloop-program",
    setup(build) {
      build.onResolve({ filter }, ({ path }) => ({ path, namespace: "file" }));
      build.onLoad({ filter }, () => ({ contents: text, loader: "ts" }));
    },
  });
}
