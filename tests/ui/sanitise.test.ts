import { expect, test } from "bun:test";
import fc from "fast-check";
import { Sanitiser, sanitise, sanitiseLine } from "../../src/ui/sanitise.ts";

const ESC = "\x1b";

test.each([
  ["plain text stays", "Grüße, 世界 👋\n\ttab", "Grüße, 世界 👋\n\ttab"],
  ["CSI colour vanishes", `a${ESC}[1;31mred${ESC}[0mb`, "aredb"],
  ["CSI with private and intermediate bytes vanishes", `a${ESC}[?1049h${ESC}[2 qb`, "ab"],
  ["OSC up to BEL vanishes", `a${ESC}]0;title\x07b`, "ab"],
  ["OSC up to ST vanishes", `a${ESC}]8;;https://x.test${ESC}\\link${ESC}]8;;${ESC}\\b`, "alinkb"],
  ["OSC 52 clipboard vanishes", `${ESC}]52;c;ZXZpbA==\x07x`, "x"],
  ["DCS vanishes", `a${ESC}P$q"p${ESC}\\b`, "ab"],
  ["APC, PM and SOS vanish", `${ESC}_a${ESC}\\1${ESC}^b${ESC}\\2${ESC}Xc${ESC}\\3`, "123"],
  ["two-character sequences vanish", `a${ESC}cb${ESC}7c${ESC}=d`, "abcd"],
  ["sequences with intermediates vanish", `a${ESC}(Bb${ESC}#8c`, "abc"],
  ["8-bit CSI vanishes", "a\x9b31mb", "ab"],
  ["8-bit OSC up to 8-bit ST vanishes", "a\x9d0;t\x9cb", "ab"],
  ["other C1 controls vanish", "a\x85b\x8dc", "abc"],
  ["C0 controls become symbols", "a\x00b\x07c\x08d\x0be", "a␀b␇c␈d␋e"],
  ["DEL becomes a symbol", "a\x7fb", "a␡b"],
  ["CRLF is a line break", "a\r\nb", "a\nb"],
  ["a lone carriage return becomes a symbol", "secret\rfake", "secret␍fake"],
  ["a final carriage return becomes a symbol", "a\r", "a␍"],
  ["an open string ends at the line break", `a${ESC}]0;never ended\nb`, "a\nb"],
  ["an escape inside a string starts anew", `a${ESC}]0;t${ESC}[31mb`, "ab"],
  ["a broken CSI gives its character back", `a${ESC}[3\nb`, "a\nb"],
  ["an escape inside a CSI starts anew", `a${ESC}[3${ESC}[31mb`, "ab"],
  ["a lone escape at the end vanishes", `a${ESC}`, "a"],
  ["escape before a letter beyond ASCII keeps the letter", `a${ESC}é`, "aé"],
  ["a surrogate pair stays whole", `${ESC}[1m👋`, "👋"],
])("%s", (_name, input, expected) => {
  expect(sanitise(input)).toBe(expected);
});

const piece = fc.constantFrom(
  "a",
  "\n",
  "\r",
  "\t",
  ESC,
  "[",
  "]",
  "P",
  "\\",
  ";",
  "3",
  "m",
  "\x07",
  "\x9b",
  "\x9c",
  "é",
  "(",
  "\x7f",
  "\x00",
);
const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(""));

test("chunks give what the whole text gives, wherever they are cut", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (chunks) => {
      const sanitiser = new Sanitiser();
      const shown = chunks.map((chunk) => sanitiser.push(chunk)).join("") + sanitiser.end();
      expect(shown).toBe(sanitise(chunks.join("")));
    }),
  );
});

test("nothing that steers a terminal is left", () => {
  fc.assert(fc.property(text, (input) => !/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(sanitise(input))));
});

test("a line has no breaks and no tabs", () => {
  expect(sanitiseLine(`a\tb\r\nc\nd${ESC}[2J`)).toBe("a b c d");
});
