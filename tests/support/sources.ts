import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;
const transpiler = new Bun.Transpiler({ loader: "ts", deadCodeElimination: false, trimUnusedImports: false });

export interface Source {
  /** Below `src/`. */
  readonly file: string;
  /** The code as JavaScript, without comments and types. */
  readonly code: string;
}

/** Every module of `src/`, but for what `cueloop demo` copies into its sample package. */
export async function sources(): Promise<Source[]> {
  const files = [...new Bun.Glob("**/*.ts").scanSync(join(root, "src"))].filter(
    (file) => !file.startsWith("demo/sandbox/") && !file.endsWith(".d.ts"),
  );
  return Promise.all(
    files.sort().map(async (file) => ({ file, code: transpiler.transformSync(await Bun.file(join(root, "src", file)).text()) })),
  );
}
