import { defineCommand, defineConfig } from "cueloop";

/** Paths whose changes people notice. */
const SHIPPED = /^(src|scripts)\//;

export default defineConfig({
  agent: {
    git_publish_mode: "commit",
    // What CI runs: types, style, dead code, every test.
    ci_gate: { enabled: true, argv: ["bash", ".ci/run"] },
  },
  hooks: {
    /** What is shipped is told in the changelog; a task tagged `internal` has nothing to tell. */
    beforeCommit({ task, files }) {
      const isTold = files.includes("CHANGELOG.md") || task.tags.includes("internal");
      if (isTold || !files.some((path) => SHIPPED.test(path))) return undefined;
      return { refuse: "CHANGELOG.md says nothing of this change: add a line below Unreleased, or tag the task `internal`." };
    },
  },
  commands: {
    unreleased: defineCommand({
      description: "Print what the changelog says of the next version",
      async run({ repo, print }) {
        const text = await Bun.file(`${repo.root}/CHANGELOG.md`).text();
        const section = /^## Unreleased\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text)?.[1]?.trim() ?? "";
        await print(section === "" ? "Nothing yet." : section);
        return section === "" ? 1 : 0;
      },
    }),
  },
});
