import { expect, test } from "bun:test";
import { taskCommitMessage } from "../../../src/run/publish/commit-message.ts";

test.each([
  ["Plain", "RQ-0001: Plain"],
  ["two\nlines\tand   blanks ", "RQ-0001: two lines and blanks"],
])("%j", (title, message) => expect(taskCommitMessage("RQ-0001", title)).toBe(message));

test("a long title is cut to a hundred characters, whole ones", () => {
  const message = taskCommitMessage("RQ-0001", "🙂".repeat(200));
  expect([...message]).toHaveLength(100);
  expect(message.endsWith("🙂...")).toBeTrue();
});
