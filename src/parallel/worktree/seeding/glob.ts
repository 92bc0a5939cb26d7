/**
 * A test for `/`-separated paths: `*` and `?` stay within one part, `**` crosses parts and may stand for none,
 * `[…]` is one character of a set. Everything else means itself.
 */
export function globTest(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${translate(pattern)}$`, "su");
  return (path) => expression.test(path);
}

const TOKEN = /(?<anyParts>(?<=^|\/)\*\*\/)|(?<anything>\*\*)|(?<part>\*)|(?<one>\?)|\[(?<not>!?)(?<set>[^\]/]+)\]|(?<plain>.)/gsu;

function translate(pattern: string): string {
  let expression = "";
  for (const { groups = {} } of pattern.matchAll(TOKEN)) {
    if (groups["anyParts"] !== undefined) expression += "(?:[^/]+/)*";
    else if (groups["anything"] !== undefined) expression += ".*";
    else if (groups["part"] !== undefined) expression += "[^/]*";
    else if (groups["one"] !== undefined) expression += "[^/]";
    else if (groups["set"] !== undefined) expression += characterSet(groups["set"], groups["not"] === "!");
    else expression += escaped(groups["plain"] ?? "");
  }
  return expression;
}

/** Ranges stay ranges; every other character means itself. A range the wrong way round is what its characters are. */
function characterSet(set: string, isNegated: boolean): string {
  const members = [...set.matchAll(/(.)-(.)|(.)/gsu)].map(([, from = "", to = "", one = ""]) => {
    if (one !== "") return escaped(one);
    return from <= to ? `${escaped(from)}-${escaped(to)}` : `${escaped(from)}${escaped(to)}\\-`;
  });
  return isNegated ? `(?!/)[^${members.join("")}]` : `[${members.join("")}]`;
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}
