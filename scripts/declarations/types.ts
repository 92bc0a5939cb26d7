import ts from "typescript";
import { MemberPrinter } from "./members.ts";
import type { Names } from "./names.ts";
import { isInterfaceOrClass, isNameable, isOfPlatform, isOfValibot, isReference, isTuple } from "./symbols.ts";

const { TypeFlags, SymbolFlags } = ts;

/** Types of the platform that declarations do not name, with what stands for them. */
const INSTEAD: Readonly<Record<string, string>> = { Buffer: "Uint8Array" };

/** Writes types; each name that comes up is wanted of `names`. */
export class TypePrinter {
  readonly #checker: ts.TypeChecker;
  readonly #names: Names;
  readonly members: MemberPrinter;

  constructor(checker: ts.TypeChecker, names: Names) {
    this.#checker = checker;
    this.#names = names;
    this.members = new MemberPrinter(checker, this);
  }

  /** A type as text. `top`: spelled out, though it has a name. */
  type(type: ts.Type, top = false): string {
    if (!top) {
      const named = this.nameOf(type);
      if (named !== null) return named;
    }
    if (type.isUnion()) return this.union(type.types);
    if (type.isIntersection()) return this.#intersection(type);
    if (type.flags & TypeFlags.TypeParameter) return type.symbol.name;
    if (!(type.flags & TypeFlags.Object)) return this.#checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    return this.#object(type);
  }

  /** Null for what is spelled out. */
  nameOf(type: ts.Type): string | null {
    const known = this.#names.ofType(type);
    if (known !== undefined) return known;
    const alias = type.aliasSymbol;
    if (alias !== undefined && type.aliasTypeArguments === undefined && isNameable(type)) {
      const name = this.#names.of(alias);
      if (name !== null) return name;
    }
    if (!(type.flags & TypeFlags.Object)) return null;
    const { symbol } = type;
    if (symbol !== undefined && isOfValibot(symbol)) return `v.${symbol.name}${this.#typeArguments(type)}`;
    if (symbol === undefined || !isInterfaceOrClass(symbol)) return null;
    const name = this.#names.of(symbol);
    return name === null ? null : `${name}${this.#typeArguments(type)}`;
  }

  #typeArguments(type: ts.Type): string {
    if (!isReference(type)) return "";
    const parameters = type.target.typeParameters?.length ?? 0;
    const given = this.#checker.getTypeArguments(type).slice(0, parameters);
    return given.length === 0 ? "" : `<${given.map((one) => this.type(one)).join(", ")}>`;
  }

  /** A union of these, null and undefined last. */
  union(types: readonly ts.Type[]): string {
    const booleans = types.filter((one) => one.flags & TypeFlags.BooleanLiteral);
    const others = types.filter((one) => booleans.length < 2 || !(one.flags & TypeFlags.BooleanLiteral));
    const texts = others.map((one) => this.operand(one));
    if (booleans.length === 2) texts.push("boolean");
    const last = ["null", "undefined"];
    const ordered = [...texts.filter((text) => !last.includes(text)), ...last.filter((text) => texts.includes(text))];
    return [...new Set(ordered)].join(" | ");
  }

  #intersection(type: ts.IntersectionType): string {
    const named = type.types.map((one) => this.nameOf(one)).filter((name) => name !== null);
    const anonymous = type.types.filter((one) => this.nameOf(one) === null);
    if (anonymous.length === 0) return named.join(" & ");
    if (named.length === 0) return this.members.members(type, type.getProperties());
    const own = anonymous.flatMap((one) => one.getProperties());
    return [...named, ...(own.length > 0 ? [this.members.members(type, own)] : [])].join(" & ");
  }

  #object(type: ts.Type): string {
    const { symbol } = type;
    if (this.#checker.isTupleType(type) && isReference(type)) return this.#tuple(type);
    if (this.#checker.isArrayType(type) && isReference(type)) {
      const [item] = this.#checker.getTypeArguments(type);
      const text = item === undefined ? "unknown" : this.type(item);
      const isOne = item === undefined || this.nameOf(item) !== null || !(item.isUnionOrIntersection() || /^readonly |^\(.*=>/.test(text));
      const plain = isOne ? text : `(${text})`;
      return `${symbol.name === "ReadonlyArray" ? "readonly " : ""}${plain}[]`;
    }
    if (symbol !== undefined && isOfPlatform(symbol) && (isInterfaceOrClass(symbol) || symbol.flags & SymbolFlags.Variable)) {
      return INSTEAD[symbol.name] ?? `${symbol.name}${this.#typeArguments(type)}`;
    }
    const calls = type.getCallSignatures();
    const [call] = calls;
    if (calls.length === 1 && call !== undefined && type.getProperties().length === 0) return this.members.signature(call, " => ");
    return this.members.members(type, type.getProperties());
  }

  #tuple(type: ts.TypeReference): string {
    const target = type.target;
    const flags = isTuple(target) ? target.elementFlags : [];
    const items = this.#checker.getTypeArguments(type).map((item, index) => {
      const text = this.type(item);
      return (flags[index] ?? 0) & ts.ElementFlags.Variable ? `...${/[|&]/.test(text) ? `(${text})` : text}[]` : text;
    });
    return `${isTuple(target) && target.readonly ? "readonly " : ""}[${items.join(", ")}]`;
  }

  /** A type as a member of a union: a function in parentheses. */
  operand(type: ts.Type): string {
    const text = this.type(type);
    const isNamed = this.nameOf(type) !== null || !(type.flags & TypeFlags.Object) || this.#checker.isArrayType(type);
    return !isNamed && type.getCallSignatures().length === 1 && type.getProperties().length === 0 ? `(${text})` : text;
  }
}
