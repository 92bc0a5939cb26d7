import * as prompts from "@clack/prompts";
import type { Instant } from "../../base/clock.ts";
import type { ResumeQuestion } from "../../run/resume/decide.ts";
import { sessionLines } from "../../run/resume/describe.ts";
import { sanitise } from "../sanitise.ts";
import { answered } from "./ask.ts";

/**
 * Asks what becomes of an interrupted task, or of a session that cannot be read; true goes on.
 * @throws CueLoopError `ui.cancelled` for a cancelled question
 */
export async function askAboutResume(question: ResumeQuestion, now: Instant): Promise<boolean> {
  const { title, yes, no } = words(question);
  const told = question.session === null ? question.problem : sessionLines(question.session, now).join("\n");
  prompts.note(sanitise(told), title);
  return answered(
    await prompts.select({
      message: question.session === null ? "What now?" : `What becomes of ${sanitise(question.session.task_id)}?`,
      options: [
        { value: true, label: yes },
        { value: false, label: no },
      ],
      initialValue: question.initial,
    }),
  );
}

interface Words {
  readonly title: string;
  /** The answers, with what each of them does. */
  readonly yes: string;
  readonly no: string;
}

function words({ kind, hours, thresholdHours }: ResumeQuestion): Words {
  const yes = "Go on with it: at most the interrupted phase is worked again";
  const no = "Start it afresh: from its first phase, on top of what is in the tree";
  switch (kind) {
    case "resume":
      return { title: "A run was interrupted", yes, no };
    case "resume_old":
      return { title: `A run was interrupted ${hours ?? thresholdHours} hours ago (asked from ${thresholdHours} hours on)`, yes, no };
    case "start_fresh":
      return {
        title: "The saved session cannot be read",
        yes: "Start afresh: the session is set aside, and the queue gives the next task",
        no: "Start nothing: the session is set aside for you to look at",
      };
  }
}
