import { expect, test } from "bun:test";
import { join } from "node:path";

const file = join(import.meta.dir, "../../src/base/output.ts");

/** Runs a script that writes to `out`, behind a line of sh in which `$WRITE` starts it. */
async function shell(line: string, script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = `import { createOutput } from "${file}"; const out = createOutput(Bun.stdout);
    try { ${script}; console.error(out.broken ? "broken" : "whole"); } catch (error) { console.error(error.code, error.message); }`;
  const child = Bun.spawn(["bash", "-c", `set -o pipefail; WRITE() { "$BUN" -e "$PROGRAM"; }; ${line}`], {
    env: { PATH: process.env["PATH"] ?? "", BUN: process.execPath, PROGRAM: program },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  return { code, stdout, stderr };
}

const many = "await Promise.all(Array.from({ length: 100 }, (_, n) => out.write(String(n % 10).repeat(100_000) + '\\n')))";

test("texts arrive whole and in the order of the calls, though nobody waited between them", async () => {
  const { stdout, stderr, code } = await shell("WRITE | cat", many);
  expect(stdout.split("\n").map((line) => `${line.slice(0, 1)}${line.length}`)).toEqual([
    ...Array.from({ length: 100 }, (_, n) => `${n % 10}100000`),
    "0",
  ]);
  expect({ stderr, code }).toEqual({ stderr: "whole\n", code: 0 });
});

test("a reader that comes late gets everything", async () => {
  expect(await shell("WRITE | (sleep 0.3; wc -c)", many)).toEqual({ code: 0, stdout: "10000100\n", stderr: "whole\n" });
});

test("a reader that goes away is no error, and is known", async () => {
  expect(await shell("WRITE | head -c 1", many)).toEqual({ code: 0, stdout: "0", stderr: "broken\n" });
});

test("a full disk is an error by name", async () => {
  const { stderr, code } = await shell("WRITE > /dev/full", "await out.write('x')");
  expect(stderr).toBe("output.unwritable The output cannot be written: no space is left on the device.\n");
  expect(code).toBe(0);
});

test("after an error the next text is tried again", async () => {
  const { stderr } = await shell("WRITE > /dev/full", "await out.write('x').catch(() => {}); await out.write('y')");
  expect(stderr).toStartWith("output.unwritable");
});

test("an empty text writes nothing", async () => {
  expect(await shell("WRITE > /dev/full", "await out.write('')")).toEqual({ code: 0, stdout: "", stderr: "whole\n" });
});
