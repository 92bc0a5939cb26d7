/**
 * Text of the repository's as one line, with every character written out that could make it read as something else than what
 * runs: line breaks, controls, what turns the direction of text, what has no width. Tabs stay.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "\t" ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
