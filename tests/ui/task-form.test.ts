import { expect, test } from "bun:test";
import { isCueLoopError } from "../../src/base/errors.ts";
import { parseTaskForm, renderTaskForm, type TaskForm } from "../../src/ui/task-form.ts";

const form: TaskForm = {
  title: "Retry card refunds",
  priority: "high",
  tags: ["net", "pay"],
  scope: ["src/refunds"],
  after: ["RQ-0041"],
  draft: true,
  description: "First line.\n\n# a heading of the description\nplan:\nnot the plan",
  plan: ["reproduce", "fix"],
};
const empty: TaskForm = { title: "T", priority: "medium", tags: [], scope: [], after: [], draft: false, description: null, plan: [] };

test.each([["filled", form] as const, ["empty", empty] as const])("a %s form reads back as it was written", (_name, value) => {
  expect(parseTaskForm(renderTaskForm(value), "form")).toEqual(value);
});

test("CRLF, upper case and left-out fields are fine", () => {
  expect(parseTaskForm("Title: A\r\nPriority: LOW\r\n\r\nText\r\n", "form")).toEqual({
    ...empty,
    title: "A",
    priority: "low",
    description: "Text",
  });
});

test.each([
  ["an emptied file", ""],
  ["only what is below the scissors", "\n------------------------ >8 ------------------------\ntitle: x\n"],
  ["no title", "title:\npriority: high\n"],
  ["a title line that is missing", "priority: high\n\ntext\n"],
])("%s adds nothing", (_name, text) => expect(parseTaskForm(text, "form")).toBeNull());

test.each([
  ["an unknown field", "title: a\nprio: high\n", 2, "`priority:`"],
  ["a line that is no field", "title: a\nwords\n", 2, "a blank line ends the fields"],
  ["a field twice", "title: a\ntitle: b\n", 2, "twice"],
  ["a priority that is none", "\ntitle: a\npriority: urgent\n", 3, "critical, high, medium, low"],
  ["a draft that is neither", "title: a\ndraft: maybe\n", 2, "yes or no"],
  ["a step without a dash", "title: a\n\ntext\nplan:\n- one\ntwo\n", 6, "begins with `- `"],
])("%s is an error with its line", (_name, text, line, words) => {
  try {
    parseTaskForm(text, "/tmp/form");
  } catch (error) {
    if (!isCueLoopError(error, "task.form_invalid")) throw error;
    expect(error.where).toEqual({ file: "/tmp/form", line });
    expect(error.kept).toBe("/tmp/form");
    expect(error.message).toContain(`/tmp/form:${line}: `);
    expect(error.message).toContain(words);
    return;
  }
  throw new Error("no error");
});
