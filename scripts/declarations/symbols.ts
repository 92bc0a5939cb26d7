import ts from "typescript";

const { TypeFlags, SymbolFlags } = ts;

/** A union of literals may be any of several names': only objects and unions are one thing. */
export function isNameable(type: ts.Type): boolean {
  return (type.flags & (TypeFlags.Object | TypeFlags.Union | TypeFlags.Intersection)) !== 0;
}

export function isInterfaceOrClass(symbol: ts.Symbol): boolean {
  return (symbol.flags & (SymbolFlags.Interface | SymbolFlags.Class)) !== 0;
}

/** What the language and the runtime bring along. */
export function isOfPlatform(symbol: ts.Symbol): boolean {
  return isDeclaredBelow(symbol, /\/node_modules\/(?:typescript|bun-types|@types\/node)\//);
}

/** The schemas' library is declared whole, as `v`. */
export function isOfValibot(symbol: ts.Symbol): boolean {
  return (symbol.flags & SymbolFlags.Interface) !== 0 && isDeclaredBelow(symbol, /\/node_modules\/valibot\//);
}

/** Whether a property is written down in this interface or class, not inherited by it. */
export function isDeclaredIn(property: ts.Symbol, node: ts.Node): boolean {
  return property.declarations?.some((one) => one.parent === node) === true;
}

export function isReference(type: ts.Type): type is ts.TypeReference {
  return "target" in type && type.target !== undefined;
}

export function isTuple(type: ts.Type): type is ts.TupleType {
  return "elementFlags" in type;
}

function isDeclaredBelow(symbol: ts.Symbol, folder: RegExp): boolean {
  return symbol.declarations?.some((one) => folder.test(one.getSourceFile().fileName)) === true;
}
