/** Machine-local files of the runtime directory, never to be committed. */
const LOCAL_ENTRIES = [
  ".cueloop/cache/",
  ".cueloop/logs/",
  ".cueloop/workspaces/",
  ".cueloop/lock/",
  ".cueloop/undo/",
  ".cueloop/webhooks/",
  ".cueloop/trust.json",
  ".cueloop/trust.jsonc",
];

const WHOLE = ["", "/", "/*"];
const KEPT = ["queue.jsonc", "done.jsonc", "config.jsonc", "README.md"];

/** Lines of older policies: the directory as a whole, and exceptions from that. */
const OLD_LINES = new Set(
  [".cueloop", ".ralph"].flatMap((name) => [
    ...WHOLE.map((end) => `${name}${end}`),
    `!${name}`,
    `!${name}/`,
    ...KEPT.map((file) => `!${name}/${file}`),
  ]),
);

const SHARED_COMMENT = "# Files of CueLoop that belong to this machine only; not to be committed";
const LOCAL_COMMENT = "# CueLoop's files are kept out of this repository";

/** The `.gitignore` that tracks the queue and ignores what is local to a machine; the same text when nothing is missing. */
export function sharedPolicy(text: string): string {
  const kept = lines(text).filter((line) => !OLD_LINES.has(line.trim()));
  return withBlock(text, kept, SHARED_COMMENT, LOCAL_ENTRIES);
}

/** The `.gitignore` that keeps the whole runtime directory out of the repository. */
export function localPolicy(text: string): string {
  const drop = new Set([...OLD_LINES, ...LOCAL_ENTRIES, ".cueloop/queue.jsonc", ".cueloop/done.jsonc", SHARED_COMMENT]);
  drop.delete(".cueloop/");
  const kept = lines(text).filter((line) => !drop.has(line.trim()));
  return withBlock(text, kept, LOCAL_COMMENT, [".cueloop/"]);
}

/** Whether the file ignores the runtime directory as a whole, without an exception. */
export function ignoresEverything(text: string): boolean {
  const trimmed = lines(text).map((line) => line.trim());
  const isWhole = trimmed.some((line) => WHOLE.some((end) => line === `.cueloop${end}` || line === `/.cueloop${end}`));
  return isWhole && !trimmed.some((line) => line.startsWith("!.cueloop") || line.startsWith("!/.cueloop"));
}

function withBlock(text: string, kept: readonly string[], comment: string, entries: readonly string[]): string {
  const present = new Set(kept.map((line) => line.trim().replace(/\/$/, "")));
  const missing = entries.filter((entry) => !present.has(entry.replace(/\/$/, "")));
  const body = kept.join("\n").replace(/\n+$/, "");
  if (missing.length === 0) return kept.length === lines(text).length ? text : body === "" ? "" : `${body}\n`;
  const block = [comment, ...missing].join("\n");
  return body === "" ? `${block}\n` : `${body}\n\n${block}\n`;
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}
