import { describe, expect, test } from "bun:test";
import { executable, Repository, task } from "../support/repository.ts";

function large(): Repository {
  return new Repository().books(Array.from({ length: 10_000 }, (_, index) => task(`RQ-${String(index + 1).padStart(4, "0")}`)));
}

describe("stdout", () => {
  test.each(["queue list --all --quiet", "queue list --all --quiet --format json", "queue explain --format json"])(
    "closed by its reader: %s ends quietly with 0",
    async (line) => {
      using repo = large();
      const script = `set -o pipefail; "$CUELOOP" ${line} | head -1`;
      const result = await repo.run(["bash", "-c", script], { env: { CUELOOP: executable } });
      expect(result).toMatchObject({ code: 0, stderr: "" });
      expect(result.stdout.split("\n")).toHaveLength(2);
    },
  );

  test("a pipe that is read slowly gets everything", async () => {
    using repo = large();
    const script = '"$CUELOOP" queue list --all --quiet | (head -c 1 >/dev/null; cat) | wc -l';
    expect((await repo.run(["bash", "-c", script], { env: { CUELOOP: executable } })).stdout.trim()).toBe("10000");
  });

  test.each(["queue list", "queue show RQ-0001", "queue validate", "completions zsh", "version", "queue list --help"])(
    "on a full disk: %s ends with 1 and one line",
    async (line) => {
      using repo = new Repository().books([task("RQ-0001")]);
      const result = await repo.run(["bash", "-c", `"$CUELOOP" ${line} > /dev/full`], { env: { CUELOOP: executable } });
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/^Error: [^\n]*\n$/);
    },
  );

  test("on a terminal a list is aligned and cut to its width, and coloured", async () => {
    using repo = new Repository().books([
      task("RQ-0001", { title: "word ".repeat(40) }),
      task("RQ-0002", { status: "doing", priority: "critical" }),
    ]);
    const chunks: Uint8Array[] = [];
    const child = Bun.spawn([executable, "queue", "list"], {
      cwd: repo.root,
      env: { ...repo.env, TERM: "xterm-256color" },
      terminal: { cols: 60, rows: 20, data: (_terminal, data) => chunks.push(data) },
    });
    expect(await child.exited).toBe(0);
    const lines = Buffer.concat(chunks).toString().trimEnd().split("\r\n");
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => Bun.stringWidth(line) <= 60)).toEqual([true, true]);
    expect(lines[0]).toStartWith("RQ-0001  \x1b[34mtodo\x1b[0m   \x1b[34mmedium\x1b[0m    word");
    expect(lines[0]).toEndWith("…");
    expect(lines[1]).toStartWith("RQ-0002  \x1b[1;33mdoing\x1b[0m  \x1b[1;31mcritical\x1b[0m  Task RQ-0002");
  });
});
