import { Command, Option } from "clipanion";
import { ProcessGroups } from "../base/process.ts";
import { findTask, taskNotFound } from "../queue/books.ts";
import { readBooks } from "../queue/store/read.ts";
import { type GateReport, tryGate } from "../run/gate/standalone.ts";
import { sanitiseLine } from "../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "./frame/base.ts";
import { openRepo } from "./frame/repo.ts";
import type { Session } from "./frame/session.ts";
import { oneOf } from "./line/usage.ts";

export default class GateCommand extends BaseCommand {
  static override paths = [["gate"]];
  static override readonly kind = "execute";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Run",
    description: "Run the gate on this checkout; nothing is recorded.",
    details: "Runs exactly what a run would hold its work against. Inside a run it is that run's own gate.",
    examples: [["Would it pass?", "cueloop gate"]],
  });

  id = Option.String("--id", { description: "TASK_ID: Task the gate is told of." });
  profile = Option.String("--profile", { description: "NAME: Apply this profile." });
  format = Option.String("--format", "text", { description: "FORMAT: text or json." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const repo = await openRepo(session, this.profile === undefined ? {} : { profile: this.profile });
    const taskId = this.id?.trim() ?? repo.insideRun?.taskId ?? null;
    const task = taskId === null ? null : (findTask(readBooks(repo), taskId)?.task ?? null);
    if (this.id !== undefined && task === null) throw taskNotFound(this.id.trim());
    const groups = new ProcessGroups();
    const out = format === "json" ? session.err : session.out;
    const stop = () => (session.interrupt.signal.aborted ? groups.killAll("SIGKILL") : session.interrupt.abort());
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, stop);
    try {
      const report = await tryGate(repo, {
        taskId,
        task,
        onOutput: (text) => void out.write(text),
        groups,
        ...(repo.code === null ? {} : { hooks: (await import("../runtime/hooks/user-hooks.ts")).userHooks }),
      });
      if (format === "json") await session.printJson(report);
      else await session.print(summary(report));
      return report.passed === false ? 1 : 0;
    } finally {
      for (const signal of signals) process.off(signal, stop);
    }
  }
}

function summary(report: GateReport): string {
  if (!report.enabled) return "No gate is enabled (agent.ci_gate.enabled in .cueloop/config.jsonc).";
  const end = report.passed === true ? "passed" : "failed";
  return `gate ${end}: ${sanitiseLine(report.display)}, exit ${report.exit_code ?? "by signal"}, ${(report.duration_ms / 1000).toFixed(1)} s`;
}
