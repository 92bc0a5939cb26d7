import { basename } from "node:path";
import * as prompts from "@clack/prompts";
import { answered } from "../ui/questions/ask.ts";
import { detectAgents, detectTestCommand, KNOWN_AGENTS } from "./detect.ts";
import type { InitChoices } from "./initialise.ts";
import { splitWords } from "./words.ts";

const LABELS: Readonly<Record<string, string>> = { claude: "Claude Code", codex: "Codex", opencode: "opencode" };
const MODELS: Readonly<Record<string, string>> = { claude: "sonnet", codex: "gpt-5.4", opencode: "zai-coding-plan/glm-4.7" };

/** Asks for the agent, the gate and whether to commit. @throws CueLoopError `ui.cancelled` */
export async function askChoices(root: string, path: string | undefined): Promise<InitChoices> {
  prompts.intro(`Setting up CueLoop in ${basename(root)}`);
  const runner = await askAgent(detectAgents(path));
  const gate = await askGate(root);
  const commit = answered(await prompts.confirm({ message: "Commit each finished task?", initialValue: true }));
  return { runner, model: MODELS[runner] ?? "", gate, commit };
}

async function askAgent(found: readonly string[]): Promise<string> {
  const options = KNOWN_AGENTS.map((name) => ({
    value: String(name),
    label: LABELS[name] ?? name,
    hint: found.includes(name) ? "found" : "not found on your PATH",
  }));
  return answered(await prompts.select({ message: "Which agent works the tasks?", options, initialValue: found[0] ?? "claude" }));
}

async function askGate(root: string): Promise<readonly string[] | null> {
  const detected = detectTestCommand(root);
  const text = answered(
    await prompts.text({
      message:
        detected === null
          ? "Which command must pass before a task is done? Empty for none."
          : `Which command must pass? (from ${detected.source}; empty for none)`,
      initialValue: detected?.argv.join(" ") ?? "",
      placeholder: "make test",
      validate: (value) => {
        const words = splitWords(value ?? "");
        return typeof words === "string" ? words : undefined;
      },
    }),
  );
  const words = splitWords(text);
  return typeof words === "string" || words.length === 0 ? null : words;
}
