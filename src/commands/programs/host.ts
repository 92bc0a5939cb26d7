import { resolve } from "node:path";
import type { ApiHost, RunUse } from "../../api/host.ts";
import { CueLoopError } from "../../base/errors.ts";
import { hasCodeFile } from "../../config/code-file.ts";
import { findRoot } from "../../config/paths.ts";
import { type LoadedRepo, loadRepo } from "../../config/resolve.ts";
import { detectInsideRun } from "../../run/processes/inside.ts";
import { withDotenv } from "../frame/repo.ts";
import type { Session } from "../frame/session.ts";

/** What the module `cueloop` works with in the process of a command. */
export function apiHost(session: Session): ApiHost {
  const isOfRun = session.options.path[0] === "run" || session.options.path[0] === "gate";
  const told = new Set<string>();
  return {
    executable: process.execPath,
    async openForQueue(dir) {
      if (isOfRun) throw ofRun("openQueue()", "A hook is given `queue`, which works inside the run's own lock.");
      const context = { ...session.context, cwd: directory(dir) };
      const root = rootOutsideRun(context);
      const repo = logged(await loadRepo(context, { kind: "write", insideRun: null }));
      if (hasCodeFile(root) && !session.options.noConfigTs && !told.has(root)) {
        told.add(root);
        await (await import("../frame/code-notice.ts")).tellOfCode(session, root);
      }
      return repo;
    },
    async openForRun({ dir, profile, signal }: RunUse) {
      if (isOfRun) throw ofRun("runTask() and runLoop()", "Start runs from a script or a command of the repository.");
      const context = { ...session.context, cwd: directory(dir), signal: AbortSignal.any([session.context.signal, signal]) };
      const root = rootOutsideRun(context);
      const code = hasCodeFile(root) && !session.options.noConfigTs;
      const repo = await loadRepo(context, {
        kind: "execute",
        insideRun: null,
        interactive: false,
        ...(profile === undefined ? {} : { profile }),
        ...(code
          ? { code: (await import("../frame/code-layer.ts")).codeToRun(session, { root, insideRun: null, interactive: false }) }
          : {}),
      });
      await clearLeftovers(repo);
      return withDotenv(logged(repo));
    },
    onInterrupt(stop) {
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
      for (const signal of signals) process.on(signal, stop);
      return {
        [Symbol.dispose]() {
          for (const signal of signals) process.off(signal, stop);
        },
      };
    },
  };
}

function directory(dir: string | undefined): string {
  return resolve(process.cwd(), dir ?? ".");
}

function logged(repo: LoadedRepo): LoadedRepo {
  for (const warning of repo.warnings) repo.log.warn(warning);
  return repo;
}

async function clearLeftovers(repo: LoadedRepo): Promise<void> {
  const [{ endOrphans }, { sweepTemporaryFiles }, { refreshGuide }] = await Promise.all([
    import("../../run/processes/orphans.ts"),
    import("../../setup/temp-sweep.ts"),
    import("../../setup/initialise.ts"),
  ]);
  const orphans = await endOrphans(repo);
  if (orphans !== null) repo.log.info(orphans);
  sweepTemporaryFiles(repo);
  refreshGuide(repo, false);
}

/** Root of the repository at a directory. Error: `run.inside_run` for a process of a run there. */
function rootOutsideRun(context: Session["context"]): string {
  const root = findRoot(context.cwd);
  const insideRun = detectInsideRun(context, root);
  if (insideRun === null) return root;
  throw new CueLoopError("run.inside_run", {
    message: `A program cannot use the queue from inside a run (run ${insideRun.runId}).`,
    hint: "Hooks are given `queue`; an agent proposes tasks by `cueloop task insert`.",
  });
}

function ofRun(what: string, hint: string): CueLoopError {
  return new CueLoopError("api.in_run", { message: `${what} cannot be used in the process of a run or of the gate.`, hint });
}
