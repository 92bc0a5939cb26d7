import { expect, test } from "bun:test";
import { join } from "node:path";
import { BUILT_RUNNERS } from "../../src/runners/registry.ts";

const src = new URL("../../src", import.meta.url).pathname;
/** What calls agents and reads them, whoever they are. */
const SUPERVISOR = [
  "runners/resolve.ts",
  "runners/turn.ts",
  "runners/turn/*.ts",
  "runners/settings/*.ts",
  "run/**/*.ts",
  "parallel/**/*.ts",
];
/** Names the runner that is asked where nobody chose one. */
const FALLBACK = "run/settings/choose.ts";

const files = SUPERVISOR.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(src)]).filter((file) => file !== FALLBACK);

test("the supervisor knows no runner by name", async () => {
  expect(files.length).toBeGreaterThan(100);
  const names = new RegExp(`"(?:${BUILT_RUNNERS.join("|")})"|/(?:${BUILT_RUNNERS.join("|")})\\.ts"`);
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await Bun.file(join(src, file)).text() })));
  expect(texts.filter(({ text }) => names.test(text)).map(({ file }) => file)).toEqual([]);
  expect(names.test(await Bun.file(join(src, "runners/registry.ts")).text())).toBe(true);
});
