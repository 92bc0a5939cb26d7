import { describe, expect, test } from "bun:test";
import { eventsOf } from "../support/fake-agent/aftermath.ts";
import { DIALECTS } from "../support/fake-agent/dialects/all.ts";
import type { Step } from "../support/fake-agent/script.ts";
import { PATIENCE_MS, WORK } from "../support/fake-agent/table.ts";
import { Workshop } from "../support/fake-agent/workshop.ts";
import { executable } from "../support/repository.ts";
import { onTerminal } from "../support/terminal.ts";

/** What steers a terminal, each around a word of its own. */
const HOSTILE = {
  title: "\x1b]0;evil\x07",
  clipboard: "\x1b]52;c;ZXZpbA==\x1b\\",
  link: "\x1b]8;;http://evil.invalid\x1b\\click\x1b]8;;\x1b\\",
  screen: "\x1b[?1049h\x1b[2J\x1b[3J\x1b[H",
  mouse: "\x1b[?1000h\x1b[?2004h",
  reset: "\x1bc",
  device: "\x1bP$qm\x1b\\\x1b[6n\x1b[c",
  eightBit: "\x9b31m\x9d0;evil\x9c\x90q\x9c",
  overwrite: "good\b\b\b\bevil\rover",
  bell: "\x07",
  unfinished: "\x1b]0;evil",
} as const;
const ALL = Object.entries(HOSTILE)
  .map(([name, sequence]) => `<${name}>${sequence}</${name}>`)
  .join(" ");

/** Colours, the hidden cursor and the lines of the live view that are drawn anew. */
const OURS = /\r?\x1b\[(?:[\d;]*m|\?25[lh]|\d*[AJK])/g;
/** Every control character but those of a line of text. */
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** Control characters on the screen that are not of the program's own making, with what follows them. */
function foreign(screen: string): string[] {
  const rest = screen.replace(OURS, "").replaceAll("\r\n", "\n");
  return [...rest.matchAll(CONTROL), ...rest.matchAll(/\r/g)].map((match) => JSON.stringify(rest.slice(match.index, match.index + 12)));
}

const EVERYWHERE: readonly Step[] = [
  { say: `said ${ALL}` },
  { run: `printf 'ran %s' '${ALL.replaceAll("'", "")}'; true '${HOSTILE.title}'` },
  { denied: `Tool${HOSTILE.title}${HOSTILE.eightBit}` },
  { out: `line ${ALL}\n\x1b]0;ev` },
  { out: `il\x07 split\n` },
  { err: `error ${ALL}\n` },
];

for (const dialect of DIALECTS) {
  describe(dialect.id, () => {
    test.concurrent.each([
      ["in the live view", []],
      ["as plain lines", ["--no-progress"]],
      ["without colours", ["--no-color"]],
    ])(
      "what it prints does not steer the terminal, %s",
      async (_how, flags) => {
        using shop = new Workshop(dialect, [[...EVERYWHERE, WORK]]);
        const { code, screen } = await onTerminal(shop, [executable, "run", "one", ...flags], "never asked", "");
        expect(foreign(screen)).toEqual([]);
        expect(code).toBe(0);
        for (const word of ["said", "ran", "line", "split", "error"]) expect(screen).toContain(word);
        expect(screen).toContain("<bell>");
        // The log keeps the text as it was.
        expect(JSON.stringify(eventsOf(shop))).toContain(JSON.stringify(HOSTILE.title).slice(1, -1));
      },
      PATIENCE_MS,
    );

    test.concurrent.each([
      ["by its exit", { exit: 3 }],
      ["by its last event", { end: "none" }],
    ] as const)(
      "the message of a failure does not steer the terminal, %s",
      async (_how, step) => {
        using shop = new Workshop(dialect, [[{ err: `why ${ALL}\n` }, step]]);
        const { code, screen } = await onTerminal(shop, [executable, "run", "one", "--non-interactive"], "never asked", "");
        expect(foreign(screen)).toEqual([]);
        expect(code).toBe(1);
        expect(screen).toContain("It says: why");
      },
      PATIENCE_MS,
    );
  });
}
