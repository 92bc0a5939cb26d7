import ts from "typescript";
import type { MemberPrinter } from "./members.ts";
import { type Named, Names } from "./names.ts";
import { isDeclaredIn, isInterfaceOrClass, isOfPlatform } from "./symbols.ts";
import { indented } from "./text.ts";
import { TypePrinter } from "./types.ts";

const { SymbolFlags } = ts;

/**
 * Writes types of the program as declarations that need nothing but the language's own library: what schemas infer is
 * spelled out, named types keep their names, and each name that comes up is wanted in turn.
 */
export class Printer {
  readonly #checker: ts.TypeChecker;
  readonly #names: Names;
  readonly #types: TypePrinter;
  readonly #members: MemberPrinter;

  /** @param root directory of the sources whose names are kept */
  constructor(checker: ts.TypeChecker, root: string) {
    this.#checker = checker;
    this.#names = new Names(checker, root);
    this.#types = new TypePrinter(checker, this.#names);
    this.#members = this.#types.members;
  }

  /** As `Names.give`. */
  name(symbol: ts.Symbol, name: string): void {
    this.#names.give(symbol, name);
  }

  /** As `Names.wanted`. */
  wanted(): Generator<Named> {
    return this.#names.wanted();
  }

  /** The declaration of a named type. */
  declaration({ name, symbol }: Named): string {
    const doc = this.#members.doc(symbol);
    const node = symbol.declarations?.find(
      (one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one) || ts.isClassDeclaration(one),
    );
    if (node === undefined) throw new Error(`${name} is declared nowhere`);
    if (ts.isClassDeclaration(node)) return `${doc}${this.#class(name, symbol, node)}`;
    if (node.typeParameters !== undefined) return `${doc}${this.#asWritten(node)}`;
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    if (!ts.isInterfaceDeclaration(node)) return `${doc}type ${name} = ${this.#types.type(type, true)};`;
    const bases = this.#platformBases(type);
    const inherited = new Set(bases.flatMap((base) => base.getProperties().map((property) => property.name)));
    const extended = bases.length === 0 ? "" : ` extends ${bases.map((base) => this.#types.type(base)).join(", ")}`;
    const own = type.getProperties().filter((property) => !inherited.has(property.name) || isDeclaredIn(property, node));
    return `${doc}interface ${name}${extended} ${this.#members.members(type, own)}`;
  }

  /** The functions among an interface's members, as declarations of functions. */
  functions(symbol: ts.Symbol): string[] {
    return this.#checker
      .getDeclaredTypeOfSymbol(symbol)
      .getProperties()
      .flatMap((property) =>
        this.#checker
          .getTypeOfSymbol(property)
          .getCallSignatures()
          .map((signature) => `${this.#members.doc(property)}function ${property.name}${this.#members.signature(signature, ": ")};`),
      );
  }

  #class(name: string, symbol: ts.Symbol, node: ts.ClassDeclaration): string {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const own = type.getProperties().filter((property) => isDeclaredIn(property, node));
    const base = node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? "";
    const made = this.#checker.getTypeOfSymbol(symbol).getConstructSignatures()[0];
    const parameters = made === undefined ? "" : this.#members.parameters(made);
    const lines = [...own.map((property) => this.#members.member(property)), `constructor(${parameters});`];
    return `class ${name}${base === "" ? "" : ` extends ${base}`} {\n${indented(lines.join("\n"))}\n}`;
  }

  /** What has type parameters, as the source has it; the names in it are wanted. */
  #asWritten(node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): string {
    const visit = (child: ts.Node): void => {
      if (ts.isTypeReferenceNode(child) || ts.isExpressionWithTypeArguments(child))
        this.#want(ts.isTypeReferenceNode(child) ? child.typeName : child.expression);
      ts.forEachChild(child, visit);
    };
    ts.forEachChild(node, visit);
    return node
      .getText()
      .replace(/^export /, "")
      .replaceAll("StoredRunEvent", "RunEvent");
  }

  #want(name: ts.Node): void {
    const symbol = this.#checker.getSymbolAtLocation(name);
    if (symbol === undefined || symbol.flags & SymbolFlags.TypeParameter) return;
    this.#names.of(symbol.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol);
  }

  #platformBases(type: ts.Type): ts.Type[] {
    if (!type.isClassOrInterface()) return [];
    return this.#checker
      .getBaseTypes(type)
      .filter(({ symbol }) => symbol !== undefined && isInterfaceOrClass(symbol) && isOfPlatform(symbol));
  }
}
