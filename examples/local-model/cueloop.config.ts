import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { defineConfig, defineRunner } from "cueloop";

/** A server that speaks Ollama's API. */
const SERVER = process.env["LOCAL_MODEL_URL"] ?? "http://127.0.0.1:11434";

const RULES = `You cannot run commands. To write a file, answer with its whole content between two lines of their own:
<<<FILE path/from/the/root
>>>END`;

/** Writes the files that an answer holds, inside the work tree alone. */
function* write(answer: string, cwd: string) {
  for (const [, path = "", text = ""] of answer.matchAll(/^<<<FILE (.+)\n([\s\S]*?)^>>>END$/gm)) {
    const file = resolve(cwd, path.trim());
    const [first] = relative(cwd, file).split("/");
    if (!first || first === ".." || first === ".git" || first === ".cueloop") throw new Error(`the model may not write ${path}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    yield { type: "tool_call", name: "write", summary: path } as const;
  }
}

export default defineConfig({
  agent: { runner: "local", phases: 1 },
  runners: {
    local: defineRunner({
      models: ["qwen2.5-coder"],
      async *run({ prompt, model, cwd, signal }) {
        const response = await fetch(`${SERVER}/api/chat`, {
          method: "POST",
          signal,
          body: JSON.stringify({
            model,
            messages: [
              { role: "system", content: RULES },
              { role: "user", content: prompt },
            ],
          }),
        });
        if (!response.ok || response.body === null) throw new Error(`the model's server answered ${response.status}`);
        let answer = "";
        let rest = "";
        for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
          const lines = (rest + bytes).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines.filter((one) => one.trim() !== "")) {
            const part = JSON.parse(line);
            if (part.error) throw new Error(part.error);
            answer += part.message?.content ?? "";
            if (!part.done) continue;
            const { prompt_eval_count: input_tokens = 0, eval_count: output_tokens = 0 } = part;
            yield { type: "usage", input_tokens, output_tokens };
          }
        }
        yield* write(answer, cwd);
        yield { type: "final", text: answer };
      },
    }),
  },
});
