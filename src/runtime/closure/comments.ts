/** Code with its comments blanked out, lines kept. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/[^\n]*/g,
    (match, quoted: string | undefined) => (quoted === undefined ? match.replace(/[^\n]/g, " ") : match),
  );
}
