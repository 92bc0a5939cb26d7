import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { executable, Repository } from "../support/repository.ts";

const guide = await Bun.file(new URL("../../docs/guide/agents.md", import.meta.url).pathname).text();

/** The code block behind the line that begins with this path. */
function shown(path: string): string {
  const [, code] = guide.split(`\n\`${path}\``)[1]?.match(/```\w+\n(.*?)^```$/ms) ?? [];
  if (code === undefined) throw new Error(`docs/guide/agents.md does not show ${path}`);
  return code;
}

const MY_AGENT = `#!/bin/sh
cat > "$HOME/prompt"
echo "hello from $CUELOOP_TASK_ID, model $2" > hello.txt
echo "I wrote hello.txt."
`;

test("the runner plugin of the guide works a task", async () => {
  using repo = new Repository();
  const files = [".cueloop/plugins/local/plugin.json", ".cueloop/plugins/local/run.sh", ".cueloop/config.jsonc"];
  repo.write(Object.fromEntries(files.map((file) => [file, shown(file)])));
  repo.write({ "../bin/my-agent": MY_AGENT, Makefile: "test:\n\tgrep hello hello.txt\n" });
  chmodSync(repo.path(".cueloop/plugins/local/run.sh"), 0o755);
  const started = await repo.cueloop("init", "--non-interactive");
  expect(started.code).toBe(0);
  repo.commit();
  expect((await repo.cueloop("task", "add", "Say hello")).code).toBe(0);

  const untrusted = await repo.cueloop("run", "one");
  expect(untrusted.code).toBe(1);
  expect(untrusted.stderr).toContain("cueloop config trust init");

  expect((await repo.cueloop("config", "trust", "init")).code).toBe(0);
  const { PATH = "" } = repo.env;
  const run = await repo.run([executable, "run", "one"], { env: { PATH: `${repo.base}/bin:${PATH}` } });
  expect(run.stderr).not.toContain("Error:");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("Asking my own agent.");
  expect(run.stdout).toContain("I wrote hello.txt.");
  expect(run.stdout).toContain("gate passed");
  expect(repo.read("hello.txt")).toBe("hello from RQ-0001, model default\n");
  expect(repo.read("../home/prompt")).toContain("Say hello");
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done", custom_fields: { runner_used: "local" } }]);
});
