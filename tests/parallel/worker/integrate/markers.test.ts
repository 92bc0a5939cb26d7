import { expect, test } from "bun:test";
import { hasMarker } from "../../../../src/parallel/worker/integrate/markers.ts";

test.each([
  ["a conflict", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> work\n", true],
  ["one end left over", "a\n>>>>>>> 1a2b3c (work)\n", true],
  ["the base of three sides", "||||||| parent of 1a2b3c\n", true],
  ["a marker without a name, in a file with other line ends", "<<<<<<<\r\n", true],
  ["an underlined heading", "Title\n=======\n", false],
  ["a longer row", "<<<<<<<<< quoted\n", false],
  ["a quoted marker", "> <<<<<<< HEAD\n", false],
  ["nothing", "", false],
])("%s", (_, text, expected) => expect(hasMarker(text)).toBe(expected));
