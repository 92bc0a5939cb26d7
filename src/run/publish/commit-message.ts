const LIMIT = 100;

/** `<ID>: <title>` on one line, at most 100 characters. */
export function taskCommitMessage(taskId: string, title: string): string {
  const line = `${taskId}: ${title}`.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= LIMIT ? line : `${characters.slice(0, LIMIT - 3).join("")}...`;
}
