import { Command, Option } from "clipanion";
import { findRoot } from "../../../config/resolve.ts";
import { reviewTrust, type TrustReview } from "../../../config/trust/initialise.ts";
import { isTrusted } from "../../../config/trust/state.ts";
import { trustFilePath } from "../../../config/trust/trust-file.ts";
import type { CodeState } from "../../../runtime/trust/state.ts";
import { sanitise } from "../../../ui/sanitise.ts";
import { BaseCommand, type ExitCode } from "../../frame/base.ts";
import { codeStateFor } from "../../frame/code-layer.ts";
import type { Session } from "../../frame/session.ts";
import { oneOf } from "../../line/usage.ts";

export default class ConfigTrustStatusCommand extends BaseCommand {
  static override paths = [["config", "trust", "status"]];
  static override readonly kind = "read";
  static override readonly insideRun = true;
  static override usage = Command.Usage({
    category: "Config",
    description: "Show what of this repository you trust.",
    details: "Two decisions: about the programs and rights that .cueloop/config.jsonc names, and about the code of cueloop.config.ts.",
    examples: [
      ["Both decisions", "cueloop config trust status"],
      ["For a script", "cueloop config trust status --format json"],
    ],
  });

  format = Option.String("--format", "text", { description: "text|json: How to print." });

  override async run(session: Session): Promise<ExitCode> {
    const format = oneOf("--format", this.format, ["text", "json"]);
    const root = findRoot(session.context.cwd);
    const review = await reviewTrust(session.context, root);
    const code = await codeStateFor(session, root);
    if (format === "json") await session.printJson(document(root, review, code));
    else await session.print(sanitise(lines(root, review, code).join("\n")));
    return 0;
  }
}

function lines(root: string, review: TrustReview, code: CodeState): readonly string[] {
  const state = review.judgement?.state;
  const digest = (value: string | null | undefined) => (value === null || value === undefined ? "" : `, digest ${value}`);
  return [
    `settings: ${review.problem === null ? `${state?.status ?? "none"}${digest(state?.digest)}` : "cannot be read"} (${trustFilePath(root)})`,
    `code: ${code.status}${digest(code.closure?.digest)} (${code.path})`,
    ...(code.problem === null ? [] : [code.problem.message]),
  ];
}

function document(root: string, { judgement }: TrustReview, code: CodeState): object {
  const state = judgement?.state;
  const shown = (key: string, value: unknown) => (value !== null && key.endsWith(".webhook.secret") ? "[REDACTED]" : value);
  return {
    version: 1,
    data: {
      trusted: state !== undefined && isTrusted(state),
      state: state?.status ?? "untrusted",
      path: trustFilePath(root),
      tracked: state?.tracked ?? false,
      digest: state?.digest ?? null,
      gated_keys: (state?.gated ?? []).map(({ key }) => key),
      changed: (state?.changes ?? []).map((change) => ({
        key: change.key,
        old: shown(change.key, change.old),
        new: shown(change.key, change.new),
      })),
    },
    config_ts: {
      state: code.status,
      path: code.path,
      digest: code.closure?.digest ?? null,
      files: (code.closure?.files ?? []).map(({ path, sha256, bytes }) => ({ path, sha256, bytes: bytes.length })),
      changed: code.changed,
    },
  };
}
