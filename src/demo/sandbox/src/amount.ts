/** Cents of an amount as people write it: `12.50`, `€12.50`, `1,204.00`. */
export function parseAmount(_text: string): number {
  throw new Error("parseAmount is not written yet");
}
