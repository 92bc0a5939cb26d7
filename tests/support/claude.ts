import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "./repository.ts";

const PROGRAM = `#!/usr/bin/env bun
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const prompt = await Bun.stdin.text();
const id = process.env.CUELOOP_TASK_ID;
const { title } = JSON.parse(readFileSync(".cueloop/queue.jsonc", "utf8")).tasks.find((task) => task.id === id);
const session_id = option("--resume") ?? option("--session-id") ?? crypto.randomUUID();
const usage = { input_tokens: 1200, cache_read_input_tokens: 300, cache_creation_input_tokens: 0, output_tokens: 150 };
const tell = (event) => process.stdout.write(JSON.stringify({ ...event, session_id }) + "\\n");
const show = (item) => tell({ type: "assistant", message: { role: "assistant", content: [item], usage }, parent_tool_use_id: null });
const write = (file_path, text) => {
  writeFileSync(file_path, text);
  show({ type: "tool_use", id: "toolu_1", name: "Write", input: { file_path, content: text } });
};
const hold = async (place) => {
  const file = join(process.env.HOME, "hold-" + place);
  if (!existsSync(file)) return;
  writeFileSync(file, String(process.pid));
  while (existsSync(file)) await Bun.sleep(5);
};
if (/Stubborn/.test(title)) process.on("SIGINT", () => undefined);
tell({ type: "system", subtype: "init", cwd: process.cwd(), model: option("--model"), permissionMode: "acceptEdits" });
const plan = ".cueloop/cache/plans/" + id + ".md";
if (prompt.includes(plan) && !existsSync(plan)) {
  mkdirSync(".cueloop/cache/plans", { recursive: true });
  show({ type: "text", text: "I look around, then plan." });
  write(plan, "1. Write the file.\\n");
} else {
  show({ type: "text", text: "I write " + id + ".txt, which is all there is to it; the line is long enough to need a second row at 80 columns." });
  write(join(process.cwd(), id + ".txt"), /Break/.test(title) ? "bad\\n" : "good\\n");
  await hold("work");
  show({ type: "tool_use", id: "toolu_2", name: "Bash", input: { command: "bun run test" } });
}
tell({ type: "result", subtype: "success", is_error: false, result: "Finished.", total_cost_usd: 0.0125, usage, num_turns: 2, permission_denials: [] });
`;

/**
 * A `claude` for the path that plans when a plan is wanted and writes `<ID>.txt` otherwise: `bad` for tasks
 * that say "Break", else `good`. Tasks that say "Stubborn" are not given up on SIGINT.
 */
export class Claude {
  readonly bin: string;
  readonly #home: string;

  constructor(repo: Repository) {
    this.bin = join(repo.base, "bin");
    this.#home = repo.home;
    mkdirSync(this.bin, { recursive: true });
    writeFileSync(join(this.bin, "claude"), PROGRAM);
    chmodSync(join(this.bin, "claude"), 0o755);
  }

  /** Has the agent stop right after it wrote its file, until `goOn`. */
  holdAtWork(): void {
    writeFileSync(join(this.#home, "hold-work"), "");
  }

  goOn(): void {
    rmSync(join(this.#home, "hold-work"), { force: true });
  }

  get isHeld(): boolean {
    return existsSync(join(this.#home, "hold-work"));
  }
}
