import { expect, test } from "bun:test";
import { expandTemplate, placeholdersOf } from "../../src/prompts/expand.ts";

const sources = {
  env: { TEAM: "core", EMPTY: "", LOOKS_LIKE: `{{TASK_ID}} \${TEAM}` },
  config: (path: string) => (path === "agent.model" ? "opus" : null),
  variable: (name: string) => ({ TASK_ID: "RQ-0001", PLAN: `see {{CHECKLIST}} and \${TEAM}` })[name] ?? null,
};

test.each([
  ["plain text", "plain text"],
  [`\${TEAM}`, "core"],
  [`\${TEAM:-other}`, "core"],
  [`\${NOBODY:-other}`, "other"],
  [`\${NOBODY:-}`, ""],
  [`\${EMPTY:-other}`, ""],
  [`$\${TEAM}`, `\${TEAM}`],
  [`\\\${TEAM}`, `\${TEAM}`],
  [`$\${TEAM:-x}`, `\${TEAM:-x}`],
  [`\${9LIVES} $TEAM \${}`, `\${9LIVES} $TEAM \${}`],
  ["{{TASK_ID}}: {{config.agent.model}}", "RQ-0001: opus"],
  ["{{ TASK_ID }}", "RQ-0001"],
  ["{{PLAN}}", `see {{CHECKLIST}} and \${TEAM}`],
  [`\${LOOKS_LIKE}`, `{{TASK_ID}} \${TEAM}`],
  ["{{TASK_ID", "{{TASK_ID"],
])("%p becomes %p", (template, expected) => {
  expect(expandTemplate(template, sources)).toEqual({ text: expected, unresolved: [], unsetEnvironment: [] });
});

test("names without a value are listed upper-cased, sorted and once; their text stays", () => {
  const expansion = expandTemplate(`{{zeta}} {{config.nothing}} {{ALPHA}} {{zeta}} \${NOBODY} {{}}`, sources);
  expect(expansion).toEqual({
    text: `{{zeta}} {{config.nothing}} {{ALPHA}} {{zeta}} \${NOBODY} {{}}`,
    unresolved: ["", "ALPHA", "CONFIG.NOTHING", "ZETA"],
    unsetEnvironment: ["NOBODY"],
  });
});

test("an escaped placeholder is not one", () => {
  expect([...placeholdersOf(`{{A}} $\${B} \${C:-d} {{ E }}`)]).toEqual(["A", "E"]);
});
