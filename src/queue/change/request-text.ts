import { CueLoopError, messageOf } from "../../base/errors.ts";
import { type JsoncDocument, parseJsonc } from "../../base/jsonc.ts";
import { parseValue } from "../../base/parse.ts";
import { isPlainObject } from "../../base/shape.ts";
import { withFieldTexts } from "../file.ts";
import { FollowupsProposal, InsertRequest } from "./request.ts";

/**
 * The insert request in a text; strict JSON, no unknown keys. `name` is its path, or what stands for it in messages.
 * Errors: `queue.request_blank`, `json.syntax`, `file.invalid`, with line, column and key.
 */
export function parseInsertRequest(text: string, name: string): InsertRequest {
  if (text.trim() === "") {
    throw new CueLoopError("queue.request_blank", {
      message: `${name} is blank; an insert request is expected.`,
      hint: "It holds a `version`, 1, and a list `tasks`, each with a `key` and a `title`; `cueloop task insert --help` shows one.",
      where: { file: name },
    });
  }
  const document = parseJsonc(text, name);
  try {
    JSON.parse(text);
  } catch (error) {
    throw new CueLoopError("json.syntax", {
      message: `${name} is not strict JSON, as a request must be: ${messageOf(error)}.`,
      hint: "Comments, trailing commas, single quotes and unquoted keys are not accepted here.",
      where: { file: name },
    });
  }
  return parseValue(InsertRequest, { ...document, value: withTextsOfFields(document) }, "insert request");
}

/** The request with its numeric custom fields as the texts a queue file would give them. */
function withTextsOfFields({ value, numberText }: JsoncDocument): unknown {
  if (!isPlainObject(value) || !Array.isArray(value["tasks"])) return value;
  const tasks: readonly unknown[] = value["tasks"];
  return { ...value, tasks: tasks.map((task, index) => withFieldTexts(task, ["tasks", index], numberText)) };
}

/** The proposal in the text of a file; comments and trailing commas allowed. Errors: `json.syntax`, `file.invalid`. */
export function parseProposal(text: string, file: string): FollowupsProposal {
  return parseValue(FollowupsProposal, parseJsonc(text, file), "proposal of follow-ups");
}
