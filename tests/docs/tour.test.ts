import { expect, test } from "bun:test";
import { executable, Repository } from "../support/repository.ts";

const readme = await Bun.file(new URL("../../README.md", import.meta.url).pathname).text();
const tours = [...readme.matchAll(/^```text\n(.*?)^```$/gms)].map(([, code = ""]) => code.split("\n").filter((line) => line !== ""));

/** What differs from run to run: hashes, times, durations. */
function steady(text: string): string {
  return text
    .replace(/\b[0-9a-f]{10,40}\b/g, "HASH")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/\b\d+(?:\.\d)? s\b/g, "DURATION")
    .replace(/\bms=\d+/g, "ms=N");
}

/** Lines of `shown` that are not found in `output`, in order; `…` stands for any lines. */
function missing(shown: readonly string[], output: string): string[] {
  const lines = steady(output).split("\n");
  let from = 0;
  return shown.filter((line) => {
    if (line.trim() === "…") return false;
    const at = lines.indexOf(steady(line), from);
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

test("the tour of the README is what the demo prints", async () => {
  using repo = new Repository({ git: false });
  const demo = await repo.cueloop("demo", "sample");
  expect(demo.code).toBe(0);
  const task = await repo.run([executable, "queue", "show", "RQ-0004", "--format", "text"], { cwd: "sample" });
  const [loop = [], shown = []] = tours;
  expect(loop.length).toBeGreaterThan(15);
  expect(missing(loop, demo.stdout)).toEqual([]);
  expect(shown.length).toBe(4);
  expect(missing(shown, task.stdout)).toEqual([]);
}, 60_000);
