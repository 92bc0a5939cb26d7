import type { CommandField } from "../../config/code.ts";
import { flagName, isSwitch } from "../../runtime/check/command-fields.ts";
import { sanitiseLine } from "../../ui/sanitise.ts";

/** `triage [--fix] [--days NUMBER] IDS...` */
export function ownUsage(name: string, args: readonly CommandField[], flags: readonly CommandField[]): string {
  const options = flags.map((field) => (field.required && field.kind !== "boolean" ? flagForm(field) : `[${flagForm(field)}]`));
  const words = args.map((field) => {
    const word = `${field.name.toUpperCase()}${field.many ? "..." : ""}`;
    return field.required ? word : `[${word}]`;
  });
  return ["cueloop", name, ...options, ...words].join(" ");
}

export function ownHelp(name: string, description: string, args: readonly CommandField[], flags: readonly CommandField[]): string {
  const rows = [
    ...args.map((field) => [
      field.name.toUpperCase(),
      [field.words?.join("|") ?? "", sanitiseLine(field.description)].filter(Boolean).join(": "),
    ]),
    ...flags.map((field) => [flagForm(field), sanitiseLine(field.description)]),
  ];
  const width = Math.max(0, ...rows.map(([left = ""]) => left.length));
  return [
    `usage: ${ownUsage(name, args, flags)}`,
    "",
    sanitiseLine(description),
    "",
    ...rows.map(([left = "", right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()),
  ].join("\n");
}

function flagForm(field: CommandField): string {
  const value = field.words?.join("|") ?? (field.kind === "number" ? "NUMBER" : "TEXT");
  return isSwitch(field) ? flagName(field.name) : `${flagName(field.name)} ${value}`;
}
