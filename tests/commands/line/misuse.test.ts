import { expect, test } from "bun:test";
import { optionMisuse } from "../../../src/commands/line/misuse.ts";

const options = ["-q,--quiet", "-a,--all", "-d,--description #0", "--format #0"];

test.each<[string, string[], string | null]>([
  ["known options", ["x", "-q", "--format", "json", "-d", "-", "--color", "never", "-v"], null],
  ["short switches in one", ["-qa"], null],
  ["nothing behind --", ["--", "--nope"], null],
  ["a value with =", ["--format=json", "--description=-x"], null],
  ["an unknown option", ["--nope"], "unknown option `--nope`."],
  ["a misspelt option", ["--fromat", "json"], "unknown option `--fromat`. Did you mean `--format`?"],
  ["an unknown option with a value", ["--nope=1"], "unknown option `--nope`."],
  ["a negative number", ["-3"], "unknown option `-3`."],
  ["a missing value", ["--format"], "`--format` needs a value."],
  ["a value that looks like an option", ["-d", "-x"], "`-d` needs a value; one that begins with a dash is written `-d=-x`."],
  ["a value option among short switches", ["-qd"], "unknown option `-qd`."],
])("%s", (_name, argv, expected) => {
  const misuse = optionMisuse(options, argv);
  if (expected === null) expect(misuse).toBeNull();
  else expect(misuse ?? "").toStartWith(expected);
});
