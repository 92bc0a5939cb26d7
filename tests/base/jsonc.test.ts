import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isCueLoopError } from "../../src/base/errors.ts";
import { parseTolerant } from "../../src/base/json/tolerant.ts";
import { parseJsonc } from "../../src/base/jsonc.ts";

const parse = (text: string): unknown => parseJsonc(text, "file.jsonc").value;

function failure(text: string): { message: string; line: number | undefined; column: number | undefined } {
  try {
    parse(text);
  } catch (error) {
    if (isCueLoopError(error, "json.syntax")) return { message: error.message, line: error.where?.line, column: error.where?.column };
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

describe("accepted", () => {
  test.each<[name: string, text: string, value: unknown]>([
    ["null", "null", null],
    ["true and false", "[true, false]", [true, false]],
    ["a number", "-12.5e3", -12500],
    ["a text", '"a"', "a"],
    ["empty list and object", "[[], {}]", [[], {}]],
    ["white space of all kinds", "\t\r\n [\v\f1\u00a0]\u2028", [1]],
    ["a line comment", "// first\n{} // last", {}],
    ["a line comment that ends with CRLF", "[1, // one\r\n2]", [1, 2]],
    ["a line comment at the end without a newline", "1//", 1],
    ["a block comment", "/* a */ [/**/ 1 /* * / */]", [1]],
    ["a comment between key and colon", '{"a" /* x */ : // y\n 1}', { a: 1 }],
    ["what looks like a comment inside a text", '["//a", "/* b */",]', ["//a", "/* b */"]],
    ["a trailing comma in a list", "[1, 2,]", [1, 2]],
    ["a trailing comma in an object", '{"a": 1,}', { a: 1 }],
    ["a trailing comma with a comment", "[1, // one\n]", [1]],
    ["missing commas in a list", '[1 "a" true {} []]', [1, "a", true, {}, []]],
    ["missing commas in an object", '{"a": 1 "b": 2\n"c": 3}', { a: 1, b: 2, c: 3 }],
    ["missing commas and no blanks", '["a""b"]', ["a", "b"]],
    ["unquoted keys", "{abc: 1, $x_9: 2, kebab-key: 3}", { abc: 1, $x_9: 2, "kebab-key": 3 }],
    ["unquoted keys that are words of the language", "{true: 1, null: 2}", { true: 1, null: 2 }],
    ["unquoted keys in any script", "{ключ: 1, é: 2}", { ключ: 1, é: 2 }],
    ["numbers as keys", "{12: 1}", { 12: 1 }],
    ["single-quoted keys", "{'a b': 1}", { "a b": 1 }],
    ["single-quoted texts", "['a', 'it\\'s', '\"']", ["a", "it's", '"']],
    ["single quotes inside double quotes", '["it\'s", "it\\\'s",]', ["it's", "it's"]],
    ["an empty key", '{"": 1,}', { "": 1 }],
    ["hexadecimal", "[0x1F, 0XfF, -0x10, +0x10]", [31, 255, -16, 16]],
    ["a leading plus", "[+1, +1.5e2]", [1, 150]],
    ["zero in every form", "[0, -0, 0.0, 0e5,]", [0, -0, 0, 0]],
    ["a number beyond what a double holds", "[12345678901234567890,]", [12345678901234567000]],
    ["raw newlines in a text", '"a\nb\r\nc"', "a\nb\r\nc"],
    ["a raw tab in a text", '"a\tb"', "a\tb"],
    ["every escape", "['\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9']", ['"\\/\b\f\n\r\té']],
    ["a surrogate pair in escapes", "['\\ud83d\\ude00']", ["😀"]],
    ["a lone surrogate in escapes", "['\\ud83d']", ["\ud83d"]],
    ["a byte order mark before plain JSON", '\uFEFF{"a": 1}', { a: 1 }],
    ["a byte order mark before what is not plain", "\uFEFF{a: 1}", { a: 1 }],
    ["the last of two equal keys, plain", '{"a": 1, "b": 2, "a": 3}', { a: 3, b: 2 }],
    ["the last of two equal keys, however quoted", "{a: 1, 'b': 2, \"a\": 3}", { a: 3, b: 2 }],
  ])("%s", (_, text, value) => expect(parse(text)).toEqual(value));

  test.each([
    ["plain", '{"__proto__": {"x": 1}, "constructor": 2}'],
    ["not plain", "{__proto__: {x: 1}, constructor: 2,}"],
  ])("`__proto__` as a key like any other, %s", (_, text) => {
    const value = parse(text);
    expect(Object.keys(value ?? {})).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Reflect.get({}, "x")).toBeUndefined();
  });
});

describe("refused, with the place", () => {
  test.each<[text: string, line: number, column: number, says: RegExp]>([
    ["", 1, 1, /the file is empty/],
    [" \n\t", 2, 2, /the file is empty/],
    ["// only a comment\n/* and another */", 2, 18, /the file is empty/],
    ["\uFEFF", 1, 1, /the file is empty/],
    ["{} {}", 1, 4, /after the end/],
    ["{}\n{a: 1}", 2, 1, /after the end/],
    ["1 2", 1, 3, /after the end/],
    ["[1]]", 1, 4, /after the end/],
    ["{} x", 1, 4, /after the end/],
    ["[1,,2]", 1, 4, /a value is expected, found `,`/],
    ["[,1]", 1, 2, /a value is expected/],
    ["{,}", 1, 2, /a key is expected/],
    ['{"a": 1,, "b": 2}', 1, 9, /a key is expected/],
    ['{"a"}', 1, 5, /a colon is expected after the key `a`/],
    ['{"a" 1}', 1, 6, /a colon is expected/],
    ['{"a":}', 1, 6, /a value is expected/],
    ['{"a":', 1, 6, /the text ends/],
    ["{\n\n", 3, 1, /the object that begins at line 1 is not closed/],
    ["\n[1, 2", 2, 6, /the list that begins at line 2 is not closed/],
    ["[1}", 1, 3, /a value is expected/],
    ["{a: 1]", 1, 6, /a key is expected/],
    ['{"a": "b\n\n}', 1, 7, /the string is not closed/],
    ["'a\"", 1, 1, /the string is not closed/],
    ["/* a", 1, 1, /the comment is not closed/],
    ["/", 1, 1, /a value is expected/],
    ["# no comment here\n1", 1, 1, /a value is expected/],
    ["[abc]", 1, 2, /`abc` is no JSON value/],
    ["[True]", 1, 2, /`True` is no JSON value/],
    ["undefined", 1, 1, /no JSON value/],
    ["[NaN]", 1, 2, /no JSON value/],
    ["[-Infinity]", 1, 2, /no JSON value/],
    ["[007]", 1, 2, /no JSON value/],
    ["[.5]", 1, 2, /no JSON value/],
    ["[5.]", 1, 2, /no JSON value/],
    ["[1e]", 1, 2, /no JSON value/],
    ["[0x]", 1, 2, /no JSON value/],
    ["[0xG]", 1, 2, /no JSON value/],
    ["[--1]", 1, 2, /no JSON value/],
    ["[12abc]", 1, 2, /no JSON value/],
    ['"C:\\dir"', 1, 4, /no escape sequence/],
    ['"a\\\nb"', 1, 3, /no escape sequence/],
    ['"\\u12g4"', 1, 2, /four hexadecimal digits/],
    ['"\\x41"', 1, 2, /no escape sequence/],
    ['"a\\', 1, 3, /no escape sequence/],
    ["`a`", 1, 1, /a value is expected/],
  ])("%j at %d:%d", (text, line, column, says) => {
    const refused = failure(text);
    expect(refused).toMatchObject({ line, column });
    expect(refused.message).toStartWith(`file.jsonc:${line}:${column}: `);
    expect(refused.message).toMatch(says);
  });

  test("nesting without end is an error, not a crash", () => {
    expect(failure(`${"[".repeat(100_000)},`).message).toMatch(/nested too deeply/);
  });
});

describe("places", () => {
  const text = "{\n  // comment\n  tasks: [\n    { \"id\": \"A\", n: 1.50 },\n    { id: 'B', 'n': +0x1f }\n  ]\n}";
  test.each<[path: (string | number)[], line: number, column: number]>([
    [[], 1, 1],
    [["tasks"], 3, 3],
    [["tasks", 0], 4, 5],
    [["tasks", 0, "id"], 4, 7],
    [["tasks", 1, "id"], 5, 7],
    [["tasks", 1, "n"], 5, 16],
  ])("%j stands at %d:%d", (path, line, column) => {
    expect(parseJsonc(text, "f").place(path)).toEqual({ line, column });
  });

  test.each([[["tasks", 2]], [["tasks", "id"]], [["nope"]], [["tasks", 0, "id", 0]]])("%j stands nowhere", (path) =>
    expect(parseJsonc(text, "f").place(path)).toBeNull(),
  );

  test("plain JSON has places too, the last of two equal keys its own", () => {
    const document = parseJsonc('{"a": 1,\n "a": 2.50}', "f");
    expect(document.place(["a"])).toEqual({ line: 2, column: 2 });
    expect(document.numberText(["a"])).toBe("2.50");
  });

  test("a byte order mark takes no column", () => expect(parseJsonc('\uFEFF{"a": 1}', "f").place(["a"])).toEqual({ line: 1, column: 2 }));

  test("what is nested too deeply for places has none", () => {
    const document = parseJsonc("[".repeat(2000) + "]".repeat(2000), "f");
    expect(document.place([0])).toBeNull();
  });
});

test.each([
  ["42", "42"],
  ["42.0", "42.0"],
  ["+7", "7"],
  ["-0x1F", "-0x1F"],
  ["1E5", "1E5"],
  ["12345678901234567890", "12345678901234567890"],
  ['"42"', null],
  ["null", null],
])("the number %s is written %j", (number, text) => {
  expect(parseJsonc(`{"n": ${number},}`, "f").numberText(["n"])).toBe(text);
});

const anyJson = fc.jsonValue({ maxDepth: 5 });

test("what JSON writes, the tolerant parser reads as the same, key order included", () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom(0, 2, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const read = parseTolerant(text, "f").value;
      expect(read).toEqual(JSON.parse(text));
      expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 500 },
  );
});

test("comments, trailing commas and a byte order mark change nothing", () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const plain = JSON.stringify(value);
      const decorated = `\uFEFF// first\n${JSON.stringify(value, null, 2).replace(/([^[{\s,])\n/g, "$1, // next\n")}/* last */`;
      const text = typeof value === "object" && value !== null ? decorated : `/**/${plain}//`;
      expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(plain)));
    }),
  );
});

test("any text is read as JSON reads it, or refused by name: never another error, never another value", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "'",
    "\\",
    "/",
    "*",
    "\n",
    " ",
    "a",
    "1",
    "-",
    "+",
    "0x",
    "true",
    "__proto__",
    ".",
    "e",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const text = pieces.join("");
      let value: unknown;
      try {
        value = parseTolerant(text, "f").value;
      } catch (error) {
        expect(isCueLoopError(error, "json.syntax")).toBe(true);
        expect(() => JSON.parse(text)).toThrow();
        return;
      }
      try {
        expect(value).toEqual(JSON.parse(text));
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
    { numRuns: 3000 },
  );
});
