import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CueLoopError } from "../../base/errors.ts";
import { editFile } from "../../ui/editor.ts";
import { parseTaskForm, renderTaskForm, type TaskForm } from "../../ui/task-form.ts";
import type { Session } from "../frame/session.ts";

/**
 * Lets a person fill in the form of a new task and hands it to `use`. The form file goes when `use` has succeeded;
 * while anything typed into it is not in the queue it stays, and the error names it.
 * Errors: `editor.failed`, `task.form_invalid`, `task.nothing_added`, and those of `use`.
 */
export async function withEditedForm<T>(session: Session, start: TaskForm, use: (form: TaskForm) => Promise<T>): Promise<T> {
  const { isTerminal } = session.options;
  if (!isTerminal.stdin || !isTerminal.stdout) {
    throw new CueLoopError("editor.no_terminal", {
      message: "--edit needs a terminal for the editor.",
      hint: "Without --edit the task is made from the arguments alone.",
    });
  }
  const directory = mkdtempSync(join(tmpdir(), "cueloop-task-"));
  const file = join(directory, "task.txt");
  const given = renderTaskForm(start);
  writeFileSync(file, given, { mode: 0o600 });
  chmodSync(file, 0o600);
  let kept = false;
  try {
    await editFile(session.context, file);
    const form = parseTaskForm(readFileSync(file, "utf8"), file);
    if (form === null) {
      throw new CueLoopError("task.nothing_added", { message: "The form has no title, so no task was added." });
    }
    return await use(form);
  } catch (error) {
    kept = readTyped(file) !== given && !(error instanceof CueLoopError && error.code === "task.nothing_added");
    throw kept ? withKept(error, file) : error;
  } finally {
    if (!kept) rmSync(directory, { recursive: true, force: true });
  }
}

function readTyped(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function withKept(error: unknown, file: string): unknown {
  if (!(error instanceof CueLoopError) || error.kept !== undefined) return error;
  const { code, message, hint, where, cause } = error;
  return new CueLoopError(code, {
    message,
    kept: file,
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(where === undefined ? {} : { where }),
  });
}
