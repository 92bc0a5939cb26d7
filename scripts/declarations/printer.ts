import ts from "typescript";
import { indented, jsdoc } from "./text.ts";

const { TypeFlags, SymbolFlags } = ts;

/** Types of the platform that declarations do not name, with what stands for them. */
const INSTEAD: Readonly<Record<string, string>> = { Buffer: "Uint8Array" };

/** A named type that declarations need: how it is written, and what it is. */
export interface Named {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

/**
 * Writes types of the program as declarations that need nothing but the language's own library: what schemas infer is
 * spelled out, named types keep their names, and each name that comes up is wanted in turn.
 */
export class Printer {
  readonly #checker: ts.TypeChecker;
  readonly #root: string;
  readonly #names = new Map<ts.Symbol, string>();
  readonly #byType = new Map<ts.Type, string>();
  readonly #wanted: Named[] = [];

  /** @param root directory of the sources whose names are kept */
  constructor(checker: ts.TypeChecker, root: string) {
    this.#checker = checker;
    this.#root = root;
  }

  /** Gives a symbol a name, under which it is referred to; it is declared by whoever takes `wanted`. */
  name(symbol: ts.Symbol, name: string): void {
    if (this.#names.has(symbol)) return;
    const clash = [...this.#names].find(([, taken]) => taken === name);
    if (clash !== undefined) throw new Error(`two types would be called ${name}`);
    this.#names.set(symbol, name);
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

  /** The declaration of a named type. */
  declaration({ name, symbol }: Named): string {
    const doc = jsdoc(this.#docOf(symbol));
    const node = symbol.declarations?.find(
      (one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one) || ts.isClassDeclaration(one),
    );
    if (node === undefined) throw new Error(`${name} is declared nowhere`);
    if (ts.isClassDeclaration(node)) return `${doc}${this.#class(name, symbol, node)}`;
    if (node.typeParameters !== undefined) return `${doc}${this.#asWritten(node)}`;
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    if (!ts.isInterfaceDeclaration(node)) return `${doc}type ${name} = ${this.type(type, true)};`;
    const bases = this.#platformBases(type);
    const inherited = new Set(bases.flatMap((base) => base.getProperties().map((property) => property.name)));
    const extended = bases.length === 0 ? "" : ` extends ${bases.map((base) => this.type(base)).join(", ")}`;
    const own = type.getProperties().filter((property) => !inherited.has(property.name) || this.#isDeclaredIn(property, node));
    return `${doc}interface ${name}${extended} ${this.#members(type, own)}`;
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
          .map((signature) => `${jsdoc(this.#docOf(property))}function ${property.name}${this.#signature(signature, ": ")};`),
      );
  }

  /** A type as text. `top`: spelled out, though it has a name. */
  type(type: ts.Type, top = false): string {
    if (!top) {
      const named = this.#nameOf(type);
      if (named !== null) return named;
    }
    if (type.isUnion()) return this.#union(type.types);
    if (type.isIntersection()) return this.#intersection(type);
    if (type.flags & TypeFlags.TypeParameter) return type.symbol.name;
    if (!(type.flags & TypeFlags.Object)) return this.#checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    return this.#object(type);
  }

  #nameOf(type: ts.Type): string | null {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const alias = type.aliasSymbol;
    if (alias !== undefined && type.aliasTypeArguments === undefined && this.#isOurs(alias) && isNameable(type)) {
      if (!this.#names.has(alias)) this.name(alias, alias.name);
      return this.#names.get(alias) ?? null;
    }
    if (!(type.flags & TypeFlags.Object)) return null;
    const { symbol } = type;
    if (symbol !== undefined && isOfValibot(symbol)) return `v.${symbol.name}${this.#typeArguments(type)}`;
    if (symbol === undefined || !(symbol.flags & (SymbolFlags.Interface | SymbolFlags.Class)) || !this.#isOurs(symbol)) return null;
    if (!this.#names.has(symbol)) this.name(symbol, symbol.name);
    return `${this.#names.get(symbol)}${this.#typeArguments(type)}`;
  }

  #typeArguments(type: ts.Type): string {
    if (!isReference(type)) return "";
    const parameters = type.target.typeParameters?.length ?? 0;
    const given = this.#checker.getTypeArguments(type).slice(0, parameters);
    return given.length === 0 ? "" : `<${given.map((one) => this.type(one)).join(", ")}>`;
  }

  #union(types: readonly ts.Type[]): string {
    const booleans = types.filter((one) => one.flags & TypeFlags.BooleanLiteral);
    const others = types.filter((one) => booleans.length < 2 || !(one.flags & TypeFlags.BooleanLiteral));
    const texts = others.map((one) => this.#operand(one));
    if (booleans.length === 2) texts.push("boolean");
    const last = ["null", "undefined"];
    const ordered = [...texts.filter((text) => !last.includes(text)), ...last.filter((text) => texts.includes(text))];
    return [...new Set(ordered)].join(" | ");
  }

  #intersection(type: ts.IntersectionType): string {
    const named = type.types.map((one) => this.#nameOf(one)).filter((name) => name !== null);
    const anonymous = type.types.filter((one) => this.#nameOf(one) === null);
    if (anonymous.length === 0) return named.join(" & ");
    if (named.length === 0) return this.#members(type, type.getProperties());
    const covered = new Set(
      type.types.filter((one) => this.#nameOf(one) !== null).flatMap((one) => one.getProperties().map(({ name }) => name)),
    );
    const own = anonymous.flatMap((one) => one.getProperties());
    const isNew = own.some((property) => !covered.has(property.name) || anonymous.length > 0);
    return [...named, ...(isNew ? [this.#members(type, own)] : [])].join(" & ");
  }

  #object(type: ts.Type): string {
    const { symbol } = type;
    if (this.#checker.isTupleType(type) && isReference(type)) return this.#tuple(type);
    if (this.#checker.isArrayType(type) && isReference(type)) {
      const [item] = this.#checker.getTypeArguments(type);
      const text = item === undefined ? "unknown" : this.type(item);
      const isOne = item === undefined || this.#nameOf(item) !== null || !(item.isUnionOrIntersection() || /^readonly |^\(.*=>/.test(text));
      const plain = isOne ? text : `(${text})`;
      return `${symbol.name === "ReadonlyArray" ? "readonly " : ""}${plain}[]`;
    }
    if (
      symbol !== undefined &&
      this.#isOfPlatform(symbol) &&
      symbol.flags & (SymbolFlags.Interface | SymbolFlags.Class | SymbolFlags.Variable)
    ) {
      return INSTEAD[symbol.name] ?? `${symbol.name}${this.#typeArguments(type)}`;
    }
    const calls = type.getCallSignatures();
    const [call] = calls;
    if (calls.length === 1 && call !== undefined && type.getProperties().length === 0) return this.#signature(call, " => ");
    return this.#members(type, type.getProperties());
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

  #members(type: ts.Type, properties: readonly ts.Symbol[]): string {
    const seen = new Set<string>();
    const lines = properties.filter(({ name }) => !seen.has(name) && seen.add(name)).map((property) => this.#member(property));
    const indexes = this.#checker
      .getIndexInfosOfType(type)
      .map(({ keyType, type: value }) => `readonly [key: ${this.type(keyType)}]: ${this.type(value)};`);
    if (lines.length === 0 && indexes.length === 1)
      return `Readonly<Record<${indexes[0]?.replace(/^readonly \[key: (\w+)\]: ([\s\S]*);$/, "$1, $2")}>>`;
    return lines.length + indexes.length === 0 ? "{}" : `{\n${indented([...lines, ...indexes].join("\n"))}\n}`;
  }

  #member(property: ts.Symbol): string {
    const doc = jsdoc(this.#docOf(property));
    const isOptional = (property.flags & SymbolFlags.Optional) !== 0;
    const mark = isOptional ? "?" : "";
    const name = /^[A-Za-z_$][\w$]*$/.test(property.name) ? property.name : this.#computed(property);
    const type = this.#checker.getTypeOfSymbol(property);
    if (property.flags & SymbolFlags.Method) {
      const signatures = this.#checker.getNonNullableType(type).getCallSignatures();
      return signatures.map((signature) => `${doc}${name}${mark}${this.#signature(signature, ": ")};`).join("\n");
    }
    if (!isOptional) return `${doc}readonly ${name}: ${this.type(type)};`;
    const present = type.isUnion() ? type.types.filter((one) => !(one.flags & TypeFlags.Undefined)) : [type];
    const [only] = present;
    const whole = present.length === 1 && only !== undefined ? this.#operand(only) : this.#union(present);
    return `${doc}readonly ${name}?: ${this.#nameOf(this.#checker.getNonNullableType(type)) === null ? whole : this.#operand(this.#checker.getNonNullableType(type))} | undefined;`;
  }

  /** A type as a member of a union: a function in parentheses. */
  #operand(type: ts.Type): string {
    const text = this.type(type);
    const isNamed = this.#nameOf(type) !== null || !(type.flags & TypeFlags.Object) || this.#checker.isArrayType(type);
    return !isNamed && type.getCallSignatures().length === 1 && type.getProperties().length === 0 ? `(${text})` : text;
  }

  /** `[Symbol.dispose]`, or a name in quotes. */
  #computed(property: ts.Symbol): string {
    const known = /^__@(\w+)@/.exec(property.name)?.[1];
    return known === undefined ? JSON.stringify(property.name) : `[Symbol.${known}]`;
  }

  #signature(signature: ts.Signature, arrow: ": " | " => "): string {
    const parameters = signature.getParameters().map((parameter) => this.#parameter(parameter));
    const generics = (signature.typeParameters ?? []).map((parameter) => {
      const constraint = parameter.getConstraint();
      const fallback = parameter.getDefault();
      return `${parameter.symbol.name}${constraint === undefined ? "" : ` extends ${this.type(constraint)}`}${fallback === undefined ? "" : ` = ${this.type(fallback)}`}`;
    });
    const returned = signature.getReturnType();
    return `${generics.length === 0 ? "" : `<${generics.join(", ")}>`}(${parameters.join(", ")})${arrow}${this.type(returned)}`;
  }

  #parameter(parameter: ts.Symbol): string {
    const node = parameter.valueDeclaration;
    const isRest = node !== undefined && ts.isParameter(node) && node.dotDotDotToken !== undefined;
    const isOptional = node !== undefined && ts.isParameter(node) && (node.questionToken !== undefined || node.initializer !== undefined);
    const type = this.#checker.getTypeOfSymbol(parameter);
    const shown = isOptional ? this.#checker.getNonNullableType(type) : type;
    const text = this.#nameOf(type) ?? this.type(shown);
    const name = parameter.name.startsWith("__") ? "input" : parameter.name;
    return `${isRest ? "..." : ""}${name}${isOptional ? "?" : ""}: ${text}`;
  }

  #class(name: string, symbol: ts.Symbol, node: ts.ClassDeclaration): string {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const own = type.getProperties().filter((property) => this.#isDeclaredIn(property, node));
    const base = node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? "";
    const made = this.#checker.getTypeOfSymbol(symbol).getConstructSignatures()[0];
    const parameters =
      made
        ?.getParameters()
        .map((parameter) => this.#parameter(parameter))
        .join(", ") ?? "";
    const lines = [...own.map((property) => this.#member(property)), `constructor(${parameters});`];
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
    const target = symbol.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    if (this.#isOurs(target) && !this.#names.has(target)) this.name(target, target.name);
  }

  #platformBases(type: ts.Type): ts.Type[] {
    if (!type.isClassOrInterface()) return [];
    return this.#checker
      .getBaseTypes(type)
      .filter(
        ({ symbol }) =>
          symbol !== undefined && (symbol.flags & (SymbolFlags.Interface | SymbolFlags.Class)) !== 0 && this.#isOfPlatform(symbol),
      );
  }

  #isDeclaredIn(property: ts.Symbol, node: ts.Node): boolean {
    return property.declarations?.some((one) => one.parent === node) === true;
  }

  #isOurs(symbol: ts.Symbol): boolean {
    return symbol.declarations?.some((one) => one.getSourceFile().fileName.startsWith(this.#root)) === true;
  }

  #isOfPlatform(symbol: ts.Symbol): boolean {
    return (
      symbol.declarations?.some((one) => /\/node_modules\/(?:typescript|bun-types|@types\/node)\//.test(one.getSourceFile().fileName)) ===
      true
    );
  }

  #docOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim();
  }
}

/** A union of literals may be any of several names': only objects and unions are one thing. */
function isNameable(type: ts.Type): boolean {
  return (type.flags & (TypeFlags.Object | TypeFlags.Union | TypeFlags.Intersection)) !== 0;
}

/** The schemas' library is declared whole, as `v`. */
function isOfValibot(symbol: ts.Symbol): boolean {
  return (
    (symbol.flags & SymbolFlags.Interface) !== 0 &&
    symbol.declarations?.some((one) => one.getSourceFile().fileName.includes("/node_modules/valibot/")) === true
  );
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return "target" in type && type.target !== undefined;
}

function isTuple(type: ts.Type): type is ts.TupleType {
  return "elementFlags" in type;
}
