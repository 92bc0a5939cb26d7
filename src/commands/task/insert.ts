import { Command, Option } from "clipanion";
import { insertTasks } from "../../queue/change/insert.ts";
import { parseInsertRequest } from "../../queue/change/request-text.ts";
import { widenedNotice } from "../../queue/ids.ts";
import { withQueue } from "../../queue/store/transaction.ts";
import { makingRun } from "../../run/session/making-run.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../frame/base.ts";
import { openRepo } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";
import { readInput } from "../line/input.ts";
import { noWaitOption } from "../line/no-wait.ts";
import { oneOf } from "../line/usage.ts";

export default class TaskInsertCommand extends BaseCommand {
  static override paths = [["task", "insert"]];
  static override readonly kind = "write";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Tasks",
    description: "Add tasks from a JSON request.",
    details:
      'All tasks of the request or none. A task has a `key` and a `title`; `depends_on_keys` and `parent_key` refer to other tasks of the request, `depends_on` and `parent_id` to existing ones. {"version": 1, "tasks": [{"key": "a", "title": "First"}, {"key": "b", "title": "Then", "depends_on_keys": ["a"]}]}',
    examples: [
      ["From a file", "cueloop task insert --input request.json"],
      ["Try it out, from stdin", "cueloop task insert --dry-run --input - < request.json"],
    ],
  });

  input = Option.String("--input", { description: "PATH: Read the request from this file; stdin without it, or with `-`." });
  dryRun = Option.Boolean("--dry-run", false, { description: "Check and show, write nothing; the ids shown are not reserved." });
  format = Option.String("--format", "text", { description: "text|json: How to print the result, text by default." });
  noWait = noWaitOption();

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const repo = await openRepo(session);
    const { text, name } = await readInput(session, this.input);
    const request = parseInsertRequest(text, name);
    const run = makingRun(repo);
    const rules = { prefix: repo.idPrefix, width: repo.idWidth };
    const { created, widened } = await withQueue(
      repo,
      { label: "task", dryRun: this.dryRun, validateFirst: true, wait: !this.noWait },
      (books, now) => {
        const inserted = insertTasks(books, request, { rules, now, ...(run === undefined ? {} : { run }) });
        const ids = inserted.created.map(({ task }) => task.id);
        return { books: inserted.books, result: inserted, operation: `task insert ${ids.join(" ")}` };
      },
    );
    if (widened) repo.log.warn(widenedNotice(created.at(-1)?.task.id ?? "", rules));
    if (format === "json") {
      await session.printJson({ version: 1, dry_run: this.dryRun, created_count: created.length, tasks: created });
      return 0;
    }
    const heading = this.dryRun ? `Dry run: ${created.length} would be added.` : `Added ${created.length}:`;
    const lines = created.map(({ key, task }) => `${task.id}\t${sanitiseLine(key)}\t${sanitiseLine(task.title)}`);
    await session.print([heading, ...lines].join("\n"));
    return 0;
  }
}
