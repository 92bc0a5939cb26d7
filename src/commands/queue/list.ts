import { statSync } from "node:fs";
import { Command, Option } from "clipanion";
import { TaskStatus } from "../../queue/task.ts";
import { filterTasks } from "../../queue/view/filter.ts";
import { sizeWarnings } from "../../queue/view/size.ts";
import { SORT_KEYS, sortTasks } from "../../queue/view/sort.ts";
import { parseTimeExpression } from "../../queue/view/time-expressions.ts";
import { compactRow, longRow, taskLines } from "../../ui/views/task.ts";
import { workerCell } from "../../ui/worker-mark.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { type OpenBooks, openBooks } from "../frame/books.ts";
import { liveWorkers } from "../frame/live-workers.ts";
import type { Session } from "../frame/session.ts";
import { terminalWidth } from "../frame/terminal.ts";
import { oneOf, usageProblem, wholeNumber } from "../line/usage.ts";

export default class QueueListCommand extends BaseCommand {
  static override paths = [["queue", "list"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Queue",
    description: "List tasks.",
    details:
      "Values of one filter are alternatives, different filters must all hold. A task that a parallel worker has in hand says so at the end of its line, not in json. A time is an RFC 3339 timestamp, `tomorrow 14:00`, `in 3 days`, `next monday`, `+2h` or `-7d`, in UTC.",
    examples: [
      ["The active tasks, in the order they are worked", "cueloop queue list"],
      ["What is ready or in work, most urgent first", "cueloop queue list --status todo --status doing --sort-by priority"],
      ["Everything about finished tasks, as JSON", "cueloop queue list --only-done --all --format json"],
      ["What starts within a week", "cueloop queue list --scheduled-before +7d"],
    ],
  });

  status = Option.Array("--status", [], { description: "draft|todo|doing|done|rejected: Only tasks in this status; repeatable." });
  tag = Option.Array("--tag", [], { description: "TAG: Only tasks with this tag; repeatable." });
  scope = Option.Array("--scope", [], { description: "TEXT: Only tasks with a scope that contains this; repeatable." });
  filterDeps = Option.String("--filter-deps", { description: "ID: Only tasks that depend on this one, directly or not." });
  includeDone = Option.Boolean("--include-done", false, { description: "The done file too, behind the active tasks." });
  onlyDone = Option.Boolean("--only-done", false, { description: "The done file alone." });
  format = Option.String("--format", "compact", { description: "compact|long|json: How to print, compact by default." });
  limit = Option.String("--limit", "50", { description: "N: At most this many, 50 by default, 0 for all." });
  all = Option.Boolean("--all", false, { description: "No limit." });
  sortBy = Option.String("--sort-by", {
    description: "priority|created_at|updated_at|started_at|scheduled_start|status|title: Order of the output; file order otherwise.",
  });
  order = Option.String("--order", "descending", { description: "ascending|descending: Direction of --sort-by, descending by default." });
  quiet = Option.Boolean("-q,--quiet", false, { description: "No warning about a large queue." });
  scheduled = Option.Boolean("--scheduled", false, { description: "Only tasks with a start time." });
  scheduledAfter = Option.String("--scheduled-after", { description: "TIME: Only tasks that start after this." });
  scheduledBefore = Option.String("--scheduled-before", { description: "TIME: Only tasks that start before this." });
  withEta = Option.Boolean("--with-eta", false, { description: "How long each task is likely to take; not with json." });

  override async run(session: Session): Promise<ExitCode> {
    const statuses = this.status.map((status) => oneOf("--status", status, TaskStatus.options));
    const format = oneOf("--format", this.format, ["compact", "long", "json"]);
    const sortKey = this.sortBy === undefined ? null : oneOf("--sort-by", this.sortBy, SORT_KEYS);
    const order = oneOf("--order", this.order, ["ascending", "descending"]);
    const limit = wholeNumber("--limit", this.limit);
    if (this.includeDone && this.onlyDone) throw usageProblem("Conflicting flags: --include-done and --only-done exclude each other.");
    const opened = await openBooks(session);
    if (!this.quiet) warnOfSize(opened);
    const now = opened.repo.clock.now();
    const found = filterTasks(opened.books, {
      statuses,
      tags: this.tag,
      scopes: this.scope,
      files: this.onlyDone ? "done" : this.includeDone ? "both" : "queue",
      scheduled: this.scheduled,
      ...(this.filterDeps === undefined ? {} : { dependsOn: this.filterDeps }),
      ...(this.scheduledAfter === undefined ? {} : { scheduledAfter: parseTimeExpression(this.scheduledAfter, now) }),
      ...(this.scheduledBefore === undefined ? {} : { scheduledBefore: parseTimeExpression(this.scheduledBefore, now) }),
    });
    const sorted = sortKey === null ? found : sortTasks(found, sortKey, order);
    const tasks = this.all || limit === 0 ? sorted : sorted.slice(0, limit);
    if (format === "json") {
      await session.printJson(tasks);
      return 0;
    }
    const row = format === "long" ? longRow : compactRow;
    const eta = this.withEta ? (await import("../../run/estimates.ts")).taskEstimates(opened.repo) : null;
    const workers = await liveWorkers(opened.repo);
    const rows = tasks.map((task) => {
      const worker = workers.get(task.id.trim());
      const more = [...(eta === null ? [] : [{ text: eta(task) }]), ...(worker === undefined ? [] : [workerCell(worker)])];
      return [...row(task), ...more];
    });
    const lines = taskLines(rows, { color: session.color, width: terminalWidth(session) });
    if (lines.length > 0) await session.print(lines.join("\n"));
    return 0;
  }
}

function warnOfSize({ repo, books }: OpenBooks): void {
  const bytes = fileSize(repo.queuePath);
  for (const warning of sizeWarnings({ bytes, activeTasks: books.queue.tasks.length }, repo.config.queue)) repo.log.warn(warning);
}

function fileSize(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}
