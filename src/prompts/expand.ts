import type { Environment } from "../base/context.ts";

/** Where the values of a template's placeholders come from. */
export interface ExpansionSources {
  readonly env: Environment;
  /** Value of `{{config.<path>}}`; null: there is no such value. */
  config(path: string): string | null;
  /** Value of `{{NAME}}`; null: unknown. */
  variable(name: string): string | null;
}

export interface Expansion {
  readonly text: string;
  /** Names inside `{{…}}` that had no value, upper-cased, sorted, each once. */
  readonly unresolved: readonly string[];
  /** Environment variables that are not set and have no default; their text was left as it is. */
  readonly unsetEnvironment: readonly string[];
}

const TOKEN = /(?:\$|\\)\$\{([A-Za-z_]\w*(?::-[^}]*)?)\}|\$\{([A-Za-z_]\w*)(:-([^}]*))?\}|\{\{([^{}]*)\}\}/g;

/**
 * Expands a template in one pass: `${NAME}`, `${NAME:-default}`, the escapes `$${NAME}` and `\${NAME}`,
 * `{{config.<path>}}` and `{{NAME}}`. What is inserted is never looked at again.
 */
export function expandTemplate(template: string, sources: ExpansionSources): Expansion {
  const unresolved = new Set<string>();
  const unsetEnvironment = new Set<string>();
  const text = template.replace(TOKEN, (whole, ...groups: unknown[]) => {
    const [escaped, name, hasDefault, fallback, placeholder] = groups
      .slice(0, 5)
      .map((group) => (typeof group === "string" ? group : null));
    if (typeof escaped === "string") return `\${${escaped}}`;
    if (typeof name === "string") {
      const value = sources.env[name] ?? (hasDefault === null ? null : (fallback ?? ""));
      if (value !== null) return value;
      unsetEnvironment.add(name);
      return whole;
    }
    const key = (placeholder ?? "").trim();
    const value = key.startsWith("config.") ? sources.config(key.slice("config.".length)) : sources.variable(key);
    if (value !== null) return value;
    unresolved.add(key.toUpperCase());
    return whole;
  });
  return { text, unresolved: [...unresolved].sort(), unsetEnvironment: [...unsetEnvironment] };
}

/** Names of all `{{…}}` in a template. */
export function placeholdersOf(template: string): Set<string> {
  const names = new Set<string>();
  for (const match of template.matchAll(TOKEN)) {
    if (match[5] !== undefined) names.add(match[5].trim());
  }
  return names;
}
