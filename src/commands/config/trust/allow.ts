import { Command, Option } from "clipanion";
import { CueLoopError } from "../../../base/errors.ts";
import { findRoot } from "../../../config/resolve.ts";
import { initialiseTrust } from "../../../config/trust/initialise.ts";
import { recordDecision } from "../../../runtime/trust/decide.ts";
import { sanitise } from "../../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import type { Session } from "../../frame/session.ts";
import { codeReview, dataReview, type Gates, isCodeOpen, isDataOpen, readGates } from "./gates.ts";
import { requirePerson } from "./person.ts";

type Gate = "data" | "code";

export default class ConfigTrustAllowCommand extends BaseCommand {
  static override paths = [["config", "trust", "allow"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Config",
    description: "Trust this repository's settings and code as they are now.",
    details:
      "On a terminal what is not trusted yet is shown and asked about. A script names the digests it has reviewed, as `config trust review` prints them; what has another digest by then is refused.",
    examples: [
      ["After reading both", "cueloop config trust allow"],
      ["From a script", "cueloop config trust allow --digest sha256:…"],
    ],
  });

  digests = Option.Array("--digest", [], {
    description: "DIGEST: Trust what has this digest, without a question. Once for each decision.",
  });

  override async run(session: Session): Promise<ExitCode> {
    const root = findRoot(session.context.cwd);
    requirePerson(session, root);
    const gates = await readGates(session, root);
    if (this.digests.length > 0) return this.#allowPinned(session, gates);
    const { stdin, stderr } = session.options.isTerminal;
    if (!stdin || !stderr) throw noTerminal();
    if (isDataOpen(gates) && (await asked(session, dataReview(gates), "Trust these settings?")))
      await allow(session, gates, "data", "prompt");
    if (isCodeOpen(gates) && (await asked(session, codeReview(session, gates), "Trust this code?")))
      await allow(session, gates, "code", "prompt");
    if (gates.data.problem !== null) throw gates.data.problem;
    if (gates.code.problem !== null) throw gates.code.problem;
    if (!isDataOpen(gates) && !isCodeOpen(gates)) await session.note("There is nothing to decide: what needs your trust has it.");
    return 0;
  }

  async #allowPinned(session: Session, gates: Gates): Promise<ExitCode> {
    const present = { data: gates.data.judgement?.state.digest ?? null, code: gates.code.closure?.digest ?? null };
    const wanted = this.digests.map((typed): Gate => {
      const digest = typed.trim();
      const gate = digest === present.data ? "data" : digest === present.code ? "code" : null;
      if (gate === null) throw otherDigest(digest, gates, present);
      return gate;
    });
    for (const gate of new Set(wanted)) await allow(session, gates, gate, "flag");
    return 0;
  }
}

async function asked(session: Session, review: readonly string[], question: string): Promise<boolean> {
  await session.note(sanitise(review.join("\n")));
  const { confirm } = await import("../../../ui/questions/ask.ts");
  return confirm(question, false, process.stderr);
}

async function allow(session: Session, gates: Gates, gate: Gate, via: "prompt" | "flag"): Promise<void> {
  if (gate === "data") {
    const { path } = await initialiseTrust(session.context, gates.data, via);
    await session.note(`trust: the settings are trusted (${path}, which must stay untracked)`);
  } else if (gates.code.closure !== null) {
    await recordDecision(session.context, gates.root, gates.code.closure, { decision: "allow", via });
    await session.note(`trust: the code is trusted (${gates.code.path})`);
  }
}

function noTerminal(): CueLoopError {
  return new CueLoopError("config.trust_no_terminal", {
    message: "Without a terminal nobody can be asked what may be trusted.",
    hint: "Read `cueloop config trust review` and give each digest by --digest.",
  });
}

function otherDigest(digest: string, gates: Gates, present: Readonly<Record<Gate, string | null>>): CueLoopError {
  const names = [`settings ${present.data ?? "(nothing to trust)"}`, `code ${present.code ?? `(${gates.code.status})`}`];
  const problem = gates.code.problem ?? gates.data.problem;
  if (problem !== null) return problem;
  return new CueLoopError("config.trust_digest", {
    message: `Nothing here has the digest ${digest}; at present: ${names.join(", ")}.`,
    hint: "Review them again; they changed since the digest was taken.",
  });
}
