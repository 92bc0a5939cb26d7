/** Which blocks about RepoPrompt, an optional context tool, a prompt carries. */
export interface RepoPromptBlocks {
  readonly tools: boolean;
  readonly plan: boolean;
}

const TOOLS = `## RepoPrompt tools

When RepoPrompt is connected, prefer its tools for context, structure and focused edits; otherwise use the best tools you have.

- Windows, tabs, workspaces: \`list_windows\`, \`select_window\` (or \`_windowID\`), \`manage_workspaces\`, \`list_tabs\`, \`select_tab\` (or \`_tabID\`).
- Finding your way: \`manage_selection\`, \`get_file_tree\`, \`file_search\`, \`read_file\`, \`get_code_structure\`, \`workspace_context\`, \`prompt\`.
- Editing: \`apply_edits\`, \`file_actions\`.
- Git, for reading only: \`git\`.
- Planning and review: \`context_builder\`, \`list_models\`, \`chat_send\`, \`chats\`.

Begin with the smallest context that could do, and widen it only when something you need is missing. Where the tools are not connected, the command line may be: \`rp-cli --help\`, \`rp-cli -e '<command>'\`, or the wrapper \`rp\`.`;

function planningFlow(planPath: string): string {
  return `## Planning with RepoPrompt

Use \`context_builder\`, where it is available, to gather evidence for the plan. The plan stays yours.

1. Look at the repository yourself first.
2. Give \`context_builder\` the task and generous guidance on the files that matter, and ask for the response type \`plan\`.
3. Correct what it says where the evidence disagrees. When files are missing, add them and go on in the same chat.
4. Write the final plan to \`${planPath}\`, answer only briefly, and implement nothing.`;
}

/** The block of a prompt; `planPath` is null outside the planning phase, which alone gets the planning flow. */
export function repoPromptBlock(blocks: RepoPromptBlocks, planPath: string | null): string {
  const parts = blocks.tools ? [TOOLS] : [];
  if (blocks.plan && planPath !== null) parts.push(planningFlow(planPath));
  return parts.join("\n\n");
}
