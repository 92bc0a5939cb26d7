/** Lines two blanks further in. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** A comment for an editor, with its line end; empty for no text. */
export function jsdoc(text: string): string {
  if (text === "") return "";
  const lines = text.replaceAll("*/", "*\\/").split("\n");
  return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
