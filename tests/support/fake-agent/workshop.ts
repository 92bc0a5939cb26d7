import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { Repository, task } from "../repository.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { AgentCall, type Script } from "./script.ts";

const AGENT = join(import.meta.dir, "agent.ts");

export interface WorkshopOptions {
  /** Keys of `agent` in the project's configuration. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** What the configuration names: the stand-in by its path (default), nothing at all, or another program. */
  readonly program?: "path" | "unnamed" | { readonly named: string };
  /** Fields of the task RQ-0001. */
  readonly task?: Readonly<Record<string, unknown>>;
}

/**
 * A trusted repository in which every run is worked by the stand-in for one agent program. Two tasks, RQ-0001
 * and RQ-0002; the gate passes when work.txt says `right`; finished work is committed.
 */
export class Workshop extends Repository {
  /** Holds the stand-in under the name of the real program. */
  readonly bin = join(this.base, "bin");

  constructor(dialect: Dialect, script: Script, options: WorkshopOptions = {}) {
    super();
    this.#install(dialect);
    this.script(script);
    const program = options.program ?? "path";
    const named = program === "path" ? join(this.bin, dialect.id) : program === "unnamed" ? null : program.named;
    const agent = {
      runner: dialect.id,
      phases: 1,
      ci_gate: { enabled: true, argv: ["grep", "-q", "right", "work.txt"] },
      git_publish_mode: "commit",
      runner_retry: { base_backoff_ms: 1, jitter_ratio: 0 },
      ...(named === null ? {} : { [dialect.setting]: named }),
      ...options.agent,
    };
    this.write({
      ".cueloop/config.jsonc": JSON.stringify({ version: 2, agent }),
      ".cueloop/trust.jsonc": JSON.stringify({ allow_project_commands: true }),
      ".gitignore": ".cueloop/README.md\n.cueloop/cache/\n.cueloop/logs/\n.cueloop/lock/\n.cueloop/trust.jsonc\n",
    });
    this.books([task("RQ-0001", { title: "Write the file", ...options.task }), task("RQ-0002", { title: "Another" })]).commit("start");
  }

  /** Replaces what the agent does from its next call on. */
  script(script: Script): void {
    writeFileSync(join(this.home, "script.json"), JSON.stringify(script));
    writeFileSync(join(this.home, "calls.ndjson"), "");
  }

  /** The calls made of the agent since it got its script, oldest first. */
  calls(): AgentCall[] {
    return lines(join(this.home, "calls.ndjson")).map((line) => v.parse(AgentCall, JSON.parse(line)));
  }

  /** The process id that the agent put into a file of its home. */
  pidIn(name: string): number {
    return Number(readFileSync(join(this.home, name), "utf8"));
  }

  #install(dialect: Dialect): void {
    mkdirSync(this.bin);
    const program = join(this.bin, dialect.id);
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${AGENT}' ${dialect.id} '${this.home}' "$@"\n`);
    chmodSync(program, 0o755);
  }
}

/** The lines of a file that are not blank; none when it does not exist. */
export function lines(path: string): string[] {
  return existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "")
    : [];
}
