import ts from "typescript";
import { isNameable } from "./symbols.ts";

const { SymbolFlags } = ts;

/** A named type that declarations need: how it is written, and what it is. */
export interface Named {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

/** The names under which types are referred to, and which of them are still to be declared. */
export class Names {
  readonly #checker: ts.TypeChecker;
  readonly #root: string;
  readonly #bySymbol = new Map<ts.Symbol, string>();
  readonly #byType = new Map<ts.Type, string>();
  readonly #wanted: Named[] = [];

  /** @param root directory of the sources whose names are kept */
  constructor(checker: ts.TypeChecker, root: string) {
    this.#checker = checker;
    this.#root = root;
  }

  /** Gives a symbol a name, under which it is referred to; it is declared by whoever takes `wanted`. */
  give(symbol: ts.Symbol, name: string): void {
    if (this.#bySymbol.has(symbol)) return;
    const clash = [...this.#bySymbol].find(([, taken]) => taken === name);
    if (clash !== undefined) throw new Error(`two types would be called ${name}`);
    this.#bySymbol.set(symbol, name);
    if (symbol.flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias | SymbolFlags.Class)) {
      const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
      if (!this.#byType.has(type) && isNameable(type)) this.#byType.set(type, name);
    }
    this.#wanted.push({ name, symbol });
  }

  /** Names that came up and are not declared yet. */
  *wanted(): Generator<Named> {
    for (let next = this.#wanted.shift(); next !== undefined; next = this.#wanted.shift()) yield next;
  }

  /** The name of a type that has one by now. */
  ofType(type: ts.Type): string | undefined {
    return this.#byType.get(type);
  }

  /** The name of a symbol of ours, which from here on has one; null for anybody else's. */
  of(symbol: ts.Symbol): string | null {
    if (symbol.declarations?.some((one) => one.getSourceFile().fileName.startsWith(this.#root)) !== true) return null;
    const known = this.#bySymbol.get(symbol);
    if (known !== undefined) return known;
    this.give(symbol, symbol.name);
    return symbol.name;
  }
}
