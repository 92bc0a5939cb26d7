import { expect, test } from "bun:test";
import { attachSignedValues } from "../../src/commands/dashed-values.ts";

const options = ["-q,--quiet", "-n,--count #0", "--scheduled-after #0"];

test.each<[string, string, string]>([
  ["a signed value", "queue list --scheduled-after -7d -q", "queue list --scheduled-after=-7d -q"],
  ["of a short option", "-n -3", "-n=-3"],
  ["a switch takes none", "-q -7d", "-q -7d"],
  ["a word before it takes none", "add -3", "add -3"],
  ["an option takes one value", "--count 1 -3", "--count 1 -3"],
  ["another option is no value", "--scheduled-after -q", "--scheduled-after -q"],
  ["behind -- nothing is joined", "-- --count -3", "-- --count -3"],
])("%s", (_name, typed, expected) => {
  expect(attachSignedValues(options, typed.split(" "))).toEqual(expected.split(" "));
});
