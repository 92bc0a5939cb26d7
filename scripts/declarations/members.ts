import ts from "typescript";
import { indented, jsdoc } from "./text.ts";

const { TypeFlags, SymbolFlags } = ts;

/** How the types of members are written. */
interface TypeTexts {
  type(type: ts.Type): string;
  /** In parentheses where a union needs them. */
  operand(type: ts.Type): string;
  union(types: readonly ts.Type[]): string;
  /** Null for what is spelled out. */
  nameOf(type: ts.Type): string | null;
}

/** Writes the members of objects, and signatures. */
export class MemberPrinter {
  readonly #checker: ts.TypeChecker;
  readonly #types: TypeTexts;

  constructor(checker: ts.TypeChecker, types: TypeTexts) {
    this.#checker = checker;
    this.#types = types;
  }

  /** The body of an object type with these of its properties. */
  members(type: ts.Type, properties: readonly ts.Symbol[]): string {
    const seen = new Set<string>();
    const lines = properties.filter(({ name }) => !seen.has(name) && seen.add(name)).map((property) => this.member(property));
    const indexes = this.#checker
      .getIndexInfosOfType(type)
      .map(({ keyType, type: value }) => ({ key: this.#types.type(keyType), value: this.#types.type(value) }));
    const [index] = indexes;
    if (lines.length === 0 && indexes.length === 1 && index !== undefined) return `Readonly<Record<${index.key}, ${index.value}>>`;
    const all = [...lines, ...indexes.map(({ key, value }) => `readonly [key: ${key}]: ${value};`)];
    return all.length === 0 ? "{}" : `{\n${indented(all.join("\n"))}\n}`;
  }

  /** A property or method with its comment. */
  member(property: ts.Symbol): string {
    const doc = this.doc(property);
    const isOptional = (property.flags & SymbolFlags.Optional) !== 0;
    const mark = isOptional ? "?" : "";
    const name = /^[A-Za-z_$][\w$]*$/.test(property.name) ? property.name : computed(property);
    const type = this.#checker.getTypeOfSymbol(property);
    const present = this.#checker.getNonNullableType(type);
    if (property.flags & SymbolFlags.Method)
      return present
        .getCallSignatures()
        .map((signature) => `${doc}${name}${mark}${this.signature(signature, ": ")};`)
        .join("\n");
    if (!isOptional) return `${doc}readonly ${name}: ${this.#types.type(type)};`;
    return `${doc}readonly ${name}?: ${this.#types.nameOf(present) === null ? this.#withoutUndefined(type) : this.#types.operand(present)} | undefined;`;
  }

  /** Type parameters, parameters and what is returned. */
  signature(signature: ts.Signature, arrow: ": " | " => "): string {
    const parameters = this.parameters(signature);
    const generics = (signature.typeParameters ?? []).map((parameter) => {
      const constraint = parameter.getConstraint();
      const fallback = parameter.getDefault();
      return `${parameter.symbol.name}${constraint === undefined ? "" : ` extends ${this.#types.type(constraint)}`}${fallback === undefined ? "" : ` = ${this.#types.type(fallback)}`}`;
    });
    const returned = this.#types.type(signature.getReturnType());
    return `${generics.length === 0 ? "" : `<${generics.join(", ")}>`}(${parameters})${arrow}${returned}`;
  }

  /** The parameters between their parentheses. */
  parameters(signature: ts.Signature): string {
    return signature
      .getParameters()
      .map((parameter) => this.#parameter(parameter))
      .join(", ");
  }

  /** The comment of a symbol, for an editor. */
  doc(symbol: ts.Symbol): string {
    return jsdoc(ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim());
  }

  #withoutUndefined(type: ts.Type): string {
    const present = type.isUnion() ? type.types.filter((one) => !(one.flags & TypeFlags.Undefined)) : [type];
    const [only] = present;
    return present.length === 1 && only !== undefined ? this.#types.operand(only) : this.#types.union(present);
  }

  #parameter(parameter: ts.Symbol): string {
    const node = parameter.valueDeclaration;
    const isRest = node !== undefined && ts.isParameter(node) && node.dotDotDotToken !== undefined;
    const isOptional = node !== undefined && ts.isParameter(node) && (node.questionToken !== undefined || node.initializer !== undefined);
    const type = this.#checker.getTypeOfSymbol(parameter);
    const shown = isOptional ? this.#checker.getNonNullableType(type) : type;
    const text = this.#types.nameOf(type) ?? this.#types.type(shown);
    const name = parameter.name.startsWith("__") ? "input" : parameter.name;
    return `${isRest ? "..." : ""}${name}${isOptional ? "?" : ""}: ${text}`;
  }
}

/** `[Symbol.dispose]`, or a name in quotes. */
function computed(property: ts.Symbol): string {
  const known = /^__@(\w+)@/.exec(property.name)?.[1];
  return known === undefined ? JSON.stringify(property.name) : `[Symbol.${known}]`;
}
