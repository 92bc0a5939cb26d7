import { join } from "node:path";
import { Command, Option } from "clipanion";
import { CueLoopError } from "../../base/errors.ts";
import type { LoadedRepo } from "../../config/resolve.ts";
import { isLockLive } from "../../queue/store/lock.ts";
import { logNames, runLogDirectory } from "../../run/log/run-log.ts";
import { type LogLine, LogReader, readTaskLog, taskLines } from "../../run/log/task-log.ts";
import { eventLines } from "../../ui/run/lines.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";
import { wrapLine } from "../../ui/wrap.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openBooks } from "../frame/books.ts";
import type { Session } from "../frame/session.ts";
import { terminalWidth } from "../frame/terminal.ts";
import { oneOf } from "../line/usage.ts";
import { taskById } from "./show-task.ts";

const LOOK_EVERY_MS = 250;

export default class TaskLogCommand extends BaseCommand {
  static override paths = [["task", "log"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Show what the agent said and did on a task.",
    examples: [
      ["Every run of the task that is kept", "cueloop task log RQ-0001"],
      ["Go on while a run works on it", "cueloop task log RQ-0001 --follow"],
      ["The stored events, one a line", "cueloop task log RQ-0001 --format json"],
    ],
  });

  id = Option.String({ name: "TASK_ID" });
  follow = Option.Boolean("--follow", false, { description: "Go on printing while a run works on the task." });
  format = Option.String("--format", "text", { description: "text|json: How to print it, text by default." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const open = await openBooks(session, { quiet: true });
    const taskId = taskById(open, this.id).id;
    const lines = readTaskLog(open.repo.runtimeDir, taskId);
    if (lines.length === 0) {
      throw new CueLoopError("run.no_log", { message: `No log is kept of a run of ${taskId}.`, where: { taskId } });
    }
    const print = printer(session, format, open.repo.root);
    await print(lines);
    if (this.follow) await followLive(session, open.repo, taskId, lines, print);
    return 0;
  }
}

type Print = (lines: readonly LogLine[]) => Promise<void>;

function printer(session: Session, format: "text" | "json", root: string): Print {
  let isFirst = true;
  return async (lines) => {
    const shown = format === "json" ? lines.map((line) => line.text) : lines.flatMap((line) => textLines(line, session, root));
    if (isFirst && shown[0] === "") shown.shift();
    if (shown.length > 0) await session.print(shown.join("\n"));
    isFirst = false;
  };
}

function textLines(line: LogLine, session: Session, root: string): string[] {
  const { event, timestamp } = line;
  if (event === null) return [];
  if (event.kind === "run_started")
    return ["", `=== ${timestamp.slice(0, 19).replace("T", " ")} UTC  run ${line.runId}  ${sanitiseLine(event.payload.command)}`];
  const columns = terminalWidth(session);
  const shown = eventLines(event, { color: session.color, gateLines: 40, root });
  return columns === null ? shown : shown.map((text) => wrapLine(text, columns));
}

/** Prints what is added to the newest log until the run that writes it is over. */
async function followLive(session: Session, repo: LoadedRepo, taskId: string, seen: readonly LogLine[], print: Print): Promise<void> {
  const directory = runLogDirectory(repo.runtimeDir);
  const newest = logNames(directory).at(-1);
  if (newest === undefined || seen.at(-1)?.runId !== newest.replace(/\.ndjson$/, "")) return;
  const reader = new LogReader(join(directory, newest));
  let all = reader.read();
  let printed = taskLines(all, taskId).length;
  for (;;) {
    const live = isLockLive(repo) && !session.out.broken;
    const added = reader.read();
    all = [...all, ...added];
    const lines = taskLines(all, taskId);
    await print(lines.slice(printed));
    printed = lines.length;
    if (!live || lines.at(-1)?.event?.kind === "task_finished") return;
    await repo.clock.sleep(LOOK_EVERY_MS, repo.signal);
    if (repo.signal.aborted) return;
  }
}
