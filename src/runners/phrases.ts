/** Whether a program's output holds a phrase, in any case and whatever its colours. */
export function hasPhrase(output: string, phrase: string): boolean {
  return Bun.stripANSI(output).toLowerCase().includes(phrase);
}
