import { defineCommand, defineConfig, v } from "cueloop";

export default defineConfig({
  commands: {
    triage: defineCommand({
      description: "List tasks that nobody touched for a while",
      flags: v.object({
        days: v.optional(v.pipe(v.number(), v.minValue(1), v.description("Days without a change")), 30),
        fix: v.pipe(v.boolean(), v.description("Give them low priority")),
      }),
      async run({ flags, queue, print }) {
        const limit = Date.now() - flags.days * 86_400_000;
        const isStale = (task: { readonly updated_at?: string | undefined }) => Date.parse(task.updated_at ?? "") < limit;
        const stale = (await queue.tasks({ statuses: ["draft", "todo"] })).filter(isStale);
        await print(stale.map(({ id, title, updated_at }) => ({ id, title, updated_at })));
        if (!flags.fix || stale.length === 0) return;
        await queue.transaction("triage", (draft) => {
          // Looked at again: the queue may have changed since it was listed.
          for (const { id } of stale) {
            const task = draft.get(id);
            if (task !== null && isStale(task)) draft.update(id, { priority: "low" });
          }
        });
      },
    }),
  },
});
