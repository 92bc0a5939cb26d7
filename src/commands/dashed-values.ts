/**
 * Joins a number with a sign to the option it belongs to: `--scheduled-after -7d` becomes `--scheduled-after=-7d`,
 * which the parser would otherwise take for an unknown option. Nothing behind `--` is looked at.
 * @param definitions the command's options as clipanion lists them, `-q,--quiet` or `--format #0`
 */
export function attachSignedValues(definitions: readonly string[], argv: readonly string[]): string[] {
  const takingValues = new Set(definitions.filter((text) => text.includes(" ")).flatMap((text) => text.replace(/ .*/, "").split(",")));
  const end = argv.indexOf("--");
  const joined: string[] = [];
  for (const [index, argument] of argv.entries()) {
    const option = joined.at(-1);
    const isValue = isSignedNumber(argument) && (end < 0 || index < end) && option !== undefined && takingValues.has(option);
    if (isValue) joined[joined.length - 1] = `${option}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}

/** `-7d`, `-3`: no option of ours begins with a digit. */
export function isSignedNumber(argument: string): boolean {
  return /^-\d/.test(argument);
}
