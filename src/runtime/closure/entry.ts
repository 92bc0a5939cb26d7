import { lstatSync, realpathSync, statSync } from "node:fs";
import { codeFilePath, rivalCodeFiles } from "../../config/code-file.ts";
import { isInside } from "../../config/trust/surroundings.ts";
import { type CodeProblem, codeError } from "./problem.ts";

/** The canonical path of the entry. Errors: `runtime.rival`, `runtime.not_a_file`, `runtime.outside`. */
export function entryOf(root: string, boundary: string): string {
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

/** What is imported and is not inside the boundary. */
export function outside(path: string, boundary: string): CodeProblem {
  return {
    code: "outside",
    file: path,
    message: `leads to ${path}, outside of ${boundary}; what is trusted with a repository is inside it.`,
    hint: "Copy the file into the repository, or install the package there.",
  };
}
