import { Command, Option } from "clipanion";
import { type TaskDiff, withTaskDiff } from "../../run/work-diff.ts";
import { diffLines } from "../../ui/diff-lines.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import type { Session } from "../frame/session.ts";
import { terminalWidth } from "../frame/terminal.ts";
import { oneOf } from "../line/usage.ts";
import { taskById } from "./show-task.ts";

export default class TaskDiffCommand extends BaseCommand {
  static override paths = [["task", "diff"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Show what a task's last run changed.",
    details:
      "From the tree its work began on to where it ended; while it is unfinished, to the present tree. The queue files are left out.",
    examples: [
      ["The whole difference", "cueloop task diff RQ-0001"],
      ["One line a file", "cueloop task diff RQ-0001 --stat"],
      ["Only what the review changed", "cueloop task diff RQ-0001 --phase 3"],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  stat = Option.Boolean("--stat", false, { description: "A summary per file instead of the patch." });
  phase = Option.String("--phase", { description: "1|2|3: Only what this phase changed." });
  format = Option.String("--format", "text", { description: "text|json: How to print it, text by default." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const phase = this.phase === undefined ? null : PHASES[oneOf("--phase", this.phase, ["1", "2", "3"])];
    const open = await openBooks(session, { quiet: true });
    const taskId = taskById(open, this.id).id;
    await withTaskDiff(open.repo, { taskId, phase }, async (diff) => {
      if (format === "json") await session.printJson(await this.#document(diff, taskId, phase));
      else await this.#text(session, diff);
    });
    return 0;
  }

  async #text(session: Session, diff: TaskDiff): Promise<void> {
    if (diff.live) await session.note("A run works on this task: this is work in progress.");
    if (diff.unfinished) await session.note("The last run of this task did not come to its end: this is what is in the tree now.");
    const columns = terminalWidth(session) ?? 80;
    const text = this.stat ? await diff.stat(false, columns) : await diff.patch(false);
    if (text !== "") await session.out.write(diffLines(text, session.color).join("\n"));
  }

  async #document(diff: TaskDiff, taskId: string, phase: number | null): Promise<Record<string, unknown>> {
    const files = await diff.files();
    const total = (key: "insertions" | "deletions") => files.reduce((sum, file) => sum + (file[key] ?? 0), 0);
    return {
      version: 1,
      task_id: taskId,
      phase,
      live: diff.live,
      base: diff.base,
      result: diff.result,
      insertions: total("insertions"),
      deletions: total("deletions"),
      files,
      ...(this.stat ? {} : { patch: await diff.patch(false) }),
    };
  }
}

const PHASES = { "1": 1, "2": 2, "3": 3 } as const;
