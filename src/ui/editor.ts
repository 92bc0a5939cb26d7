import type { BaseContext } from "../base/context.ts";
import { childEnvironment } from "../base/env.ts";
import { CueLoopError, messageOf } from "../base/errors.ts";

/**
 * Opens a file in the person's editor (`$VISUAL`, else `$EDITOR`, else `vi`) on this
 * terminal and waits until it is closed.
 * @throws CueLoopError `editor.failed` when it cannot be started or ends with another code than 0
 */
export async function editFile(context: Pick<BaseContext, "env" | "cwd">, path: string): Promise<void> {
  const editor = [context.env["VISUAL"], context.env["EDITOR"]].map((value) => value?.trim() ?? "").find((value) => value !== "") ?? "vi";
  let code: number;
  try {
    // Through the shell, as git does it: the variable may carry arguments.
    const child = Bun.spawn(["/bin/sh", "-c", `${editor} "$@"`, editor, path], {
      cwd: context.cwd,
      env: childEnvironment(context.env, {}),
      stdio: ["inherit", "inherit", "inherit"],
    });
    code = await child.exited;
  } catch (error) {
    throw failed(editor, messageOf(error));
  }
  if (code !== 0) throw failed(editor, `it ended with exit code ${code}`);
}

function failed(editor: string, reason: string): CueLoopError {
  return new CueLoopError("editor.failed", {
    message: `The editor \`${editor}\` did not succeed: ${reason}. Nothing was written.`,
    hint: "Set VISUAL or EDITOR to an editor that works on this terminal, or leave out --edit.",
  });
}
