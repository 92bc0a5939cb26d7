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

/**
 * Joins a value to an option that can do without: `--parallel 4` becomes `--parallel=4`, the only form the parser
 * takes for such an option. A word that begins with a dash is not its value, and nothing behind `--` is looked at.
 */
export function attachOptionalValues(names: readonly string[], argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  const joined: string[] = [];
  for (const [index, argument] of argv.entries()) {
    const option = joined.at(-1);
    const isValue = !argument.startsWith("-") && (end < 0 || index < end) && option !== undefined && names.includes(option);
    if (isValue) joined[joined.length - 1] = `${option}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}
