import { expect, test } from "bun:test";
import type { ApiHost } from "../../src/api/host.ts";
import { cueloopModule } from "../../src/api/module.ts";
import { testingModule } from "../../src/api/testing/module.ts";

const root = new URL("../..", import.meta.url).pathname;
const text = await Bun.file(`${root}src/api/declarations/cueloop.d.ts`).text();

const host: ApiHost = {
  executable: "",
  openForQueue: () => Promise.reject(new Error("not asked for")),
  openForRun: () => Promise.reject(new Error("not asked for")),
  onInterrupt: () => ({ [Symbol.dispose]() {} }),
};

/** Names of the values that a module is declared to have. */
function declaredValues(module: string): string[] {
  const block = new RegExp(`^declare module "${module}" \\{\\n([\\s\\S]*?)^\\}`, "m").exec(text)?.[1] ?? "";
  const names = [...block.matchAll(/^ {2}export (?:function|class|const) (\w+)/gm)].map(([, name = ""]) => name);
  return [...new Set([...names, ...(block.includes("export { v }") ? ["v"] : [])])].sort();
}

test.each([
  ["cueloop", cueloopModule(host)],
  ["cueloop/testing", testingModule("", {})],
] as const)("the module %s has what is declared, and nothing else", (name, module) => {
  expect(declaredValues(name).length).toBeGreaterThan(2);
  expect(Object.keys(module).sort()).toEqual(declaredValues(name));
});

test("the declarations are those of the sources", async () => {
  const check = Bun.spawn([process.execPath, "scripts/declarations.ts", "--check"], { cwd: root, stdout: "pipe", stderr: "pipe" });
  const [said, code] = await Promise.all([new Response(check.stderr).text(), check.exited]);
  expect([code, said]).toEqual([0, ""]);
}, 90_000);
