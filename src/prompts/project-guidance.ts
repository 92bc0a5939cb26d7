/** Heading every project-type section begins with. */
const HEADING = "## PROJECT TYPE:";

const CODE = `${HEADING} CODE

This repository is a program. Behaviour counts.

- Follow the conventions the code already has: structure, naming, error handling, tests.
- A change of behaviour comes with a test that fails without it, and with the documents that describe it.
- Run what the project itself uses to check: tests, types, linter, build.`;

const DOCS = `${HEADING} DOCS

This repository is documentation. What a reader understands and can do afterwards counts.

- Every statement has to be true: check it against the program, the source or the command it describes.
- Keep terms, headings, structure and tone as they are elsewhere in the repository; say each thing in one place and link to it.
- Check links, examples and commands, and run whatever build or link checker the project has.`;

/** The section for `project_type`. */
export function projectGuidance(type: "code" | "docs"): string {
  return type === "docs" ? DOCS : CODE;
}

/** `text` without its project-type section when `others` already has one: an agent needs it once. */
export function withoutRepeatedGuidance(text: string, others: string): string {
  if (!others.includes(HEADING)) return text;
  const start = text.indexOf(HEADING);
  if (start === -1) return text;
  const next = text.indexOf("\n## ", start + HEADING.length);
  return next === -1 ? text.slice(0, start).trimEnd() : text.slice(0, start) + text.slice(next + 1);
}
