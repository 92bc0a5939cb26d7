import { Command, Option } from "clipanion";
import { causeChain } from "../../../base/errors.ts";
import { findRoot } from "../../../config/resolve.ts";
import { initialiseTrust, requireDigest, reviewTrust, type TrustInitResult, type TrustReview } from "../../../config/trust/initialise.ts";
import { changeLines, gatedLines } from "../../../config/trust/messages.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import type { Session } from "../../frame/session.ts";
import { requirePerson } from "./person.ts";

export default class ConfigTrustInitCommand extends BaseCommand {
  static override paths = [["config", "trust", "init"]];
  static override readonly kind = "write";
  static override usage = Command.Usage({
    category: "Config",
    description: "Trust the programs and rights this repository's configuration names.",
    details:
      "Writes .cueloop/trust.jsonc, which must stay untracked by git. On a terminal, or with --digest, exactly the present settings are trusted; a change of them is asked about before the next run.",
    examples: [["After reading .cueloop/config.jsonc", "cueloop config trust init"]],
  });

  digest = Option.String("--digest", { description: "DIGEST: Trust the settings only if they have this digest." });

  override async run(session: Session): Promise<ExitCode> {
    const { context } = session;
    const { stdin, stderr } = session.options.isTerminal;
    const root = findRoot(context.cwd);
    requirePerson(session, root);
    const review = await reviewTrust(context, root);
    if (this.digest !== undefined) requireDigest(review, this.digest.trim());
    await session.note(warningText(review));
    const via = this.digest !== undefined ? "flag" : stdin && stderr ? "prompt" : null;
    const result = await initialiseTrust(context, review, via);
    await session.note(`trust: ${result.status} ${result.path}`);
    // Without a decision nothing could be compared before: now the yes is held against what was trusted earlier.
    return this.#verdict(session, result.status === "unchanged" ? review : await reviewTrust(context, root), result);
  }

  async #verdict(session: Session, review: TrustReview, result: TrustInitResult): Promise<ExitCode> {
    const state = review.judgement?.state;
    if (state === undefined) return 0;
    if (state.tracked) {
      await session.note("git tracks that file, so it counts as no: `git rm --cached .cueloop/trust.jsonc`, then run this again.");
    }
    if (state.status !== "changed" || result.recorded) return 0;
    await session.note(
      `The changed settings are not trusted yet: run this on a terminal, or with \`--digest ${state.digest}\` after reading them.`,
    );
    return 1;
  }
}

function warningText(review: TrustReview): string {
  const lines = [
    "With trust, commands like `cueloop run loop` start what this repository's configuration names. Read it first, and do not commit the trust file.",
  ];
  if (review.problem !== null) {
    return [...lines, `The configuration cannot be read, so nothing is recorded: ${causeChain(review.problem).join(": ")}`].join("\n");
  }
  const state = review.judgement?.state;
  if (state === undefined || state.digest === null) return [...lines, "At present nothing here needs trust."].join("\n");
  lines.push(`Settings that need trust (digest ${state.digest}):`, ...gatedLines(state.gated));
  lines.push(...(review.judgement?.content.files ?? []).map(({ path, sha256 }) => `  ${path}: sha256:${sha256}`));
  if (state.changes.length > 0) lines.push("Changed since you trusted them:", ...changeLines(state.changes));
  return lines.join("\n");
}
