import { defineConfig } from "cueloop";

export default defineConfig({
  agent: { git_publish_mode: "commit" },
  hooks: {
    async beforeCommit({ task, queue, message }) {
      // As it stands in the queue now: a refused commit is tried again after the field was written.
      const { custom_fields: fields } = (await queue.get(task.id)) ?? task;
      const ticket = fields["ticket"]?.trim();
      if (!ticket) return { refuse: `${task.id} names no ticket: write "ticket" into its custom_fields, then run again.` };
      return { message: `${message.trimEnd()}\n\nTicket: ${ticket}` };
    },
  },
});
