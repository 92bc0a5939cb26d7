import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";

/** Text of a file that the build puts into the executable. */
export function embeddedText(name: "test-modules.js" | "cueloop.d.ts"): string {
  const path = join(import.meta.dir, "embedded", name);
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new CueLoopError("runtime.not_embedded", { message: `${name} is part of the executable, and this is not the executable.` });
}
