import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureDirectory, readTextIfExists, writeAtomic } from "../../base/files.ts";
import { RUNTIME_DIR } from "../../config/paths.ts";
import { embeddedText } from "./embedded.ts";

const DECLARATIONS = `${RUNTIME_DIR}/cueloop.d.ts`;

/** For an editor alone: nothing here takes part when the configuration is loaded. */
const TSCONFIG = {
  compilerOptions: {
    target: "ESNext",
    module: "Preserve",
    moduleResolution: "bundler",
    lib: ["ESNext", "DOM"],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ["**/*.ts", DECLARATIONS],
};

/** What an editor got. */
export interface WrittenTypes {
  /** Relative to the root. */
  readonly written: readonly string[];
  /** What the person's own `tsconfig.json` lacks, one sentence; null: nothing. */
  readonly advice: string | null;
}

/** Writes the declarations of the modules, and a `tsconfig.json` that names them where there is none. */
export function writeTypes(root: string): WrittenTypes {
  ensureDirectory(join(root, RUNTIME_DIR));
  writeAtomic(join(root, DECLARATIONS), embeddedText("cueloop.d.ts"));
  const config = join(root, "tsconfig.json");
  if (!existsSync(config)) {
    writeAtomic(config, `${JSON.stringify(TSCONFIG, null, 2)}\n`);
    return { written: [DECLARATIONS, "tsconfig.json"], advice: null };
  }
  if (readTextIfExists(config)?.includes("cueloop.d.ts") === true) return { written: [DECLARATIONS], advice: null };
  const advice = `tsconfig.json is yours: add "${DECLARATIONS}" to its \`include\`, which leaves out directories with a dot.`;
  return { written: [DECLARATIONS], advice };
}
