import { expect, test } from "bun:test";
import { attachOptionalValues, attachSignedValues } from "../../../src/commands/line/dashed-values.ts";

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

test.each<[string, string, string]>([
  ["a value behind it", "run loop --parallel 4 --quick", "run loop --parallel=4 --quick"],
  ["none", "run loop --parallel --quick", "run loop --parallel --quick"],
  ["at the end", "run loop --parallel", "run loop --parallel"],
  ["joined already", "run loop --parallel=4 --quick", "run loop --parallel=4 --quick"],
  ["another option's", "run loop --max-tasks 4", "run loop --max-tasks 4"],
  ["behind --", "-- --parallel 4", "-- --parallel 4"],
])("of an option that can do without: %s", (_name, typed, expected) => {
  expect(attachOptionalValues(["--parallel"], typed.split(" "))).toEqual(expected.split(" "));
});
