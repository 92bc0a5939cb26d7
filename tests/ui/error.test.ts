import { expect, test } from "bun:test";
import { CueLoopError } from "../../src/base/errors.ts";
import { errorText } from "../../src/ui/error.ts";

const plain = { color: false, redact: (text: string) => text, trace: false };

test("a cause follows its sentence without a full stop between them", () => {
  const cause = new Error("EISDIR: illegal operation");
  const error = new CueLoopError("file.unreadable", { message: "a.jsonc cannot be read.", hint: "Check the path.", cause });
  expect(errorText(error, plain)).toBe("Error: a.jsonc cannot be read: EISDIR: illegal operation\nCheck the path.");
});

test("without a cause the sentence stays as it is", () => {
  expect(errorText(new CueLoopError("queue.missing", { message: "There is no queue." }), plain)).toBe("Error: There is no queue.");
});
