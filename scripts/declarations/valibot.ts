import { dirname } from "node:path";
import { indented } from "./text.ts";

/** valibot's own declarations as an ambient module, without their comments. */
export async function valibotDeclarations(root: string): Promise<string> {
  const text = await Bun.file(`${dirname(Bun.resolveSync("valibot", root))}/index.d.mts`).text();
  if (/^import /m.test(text)) throw new Error("valibot's declarations import something, which an ambient module cannot");
  const plain = text
    .replace(/\/\*\*[\s\S]*?\*\//g, "")
    .replace(/^\/\/#.*$/gm, "")
    .replace(/^declare /gm, "")
    .replace(/\n\s*\n+/g, "\n")
    .trim();
  return `// valibot, see https://valibot.dev; not a module of its own: import \`v\` from "cueloop".\ndeclare module "cueloop/valibot" {\n${indented(plain)}\n}\n`;
}
