import { defineConfig } from "cueloop";

/** A change of one of these is a change of every package. */
const SHARED = new Set(["package.json", "bun.lock", "tsconfig.json"]);

const packageOf = (path: string) => /^(packages\/[^/]+)\//.exec(path)?.[1];

export default defineConfig({
  hooks: {
    async gate({ changedFiles, repo, log, signal, $ }) {
      const every = (await repo.files("packages/*/package.json")).map((path) => packageOf(path));
      const changed = new Set(changedFiles.map((path) => packageOf(path)));
      const isShared = changedFiles.some((path) => SHARED.has(path));
      const failures: string[] = [];
      for (const folder of every) {
        if (folder === undefined || !(isShared || changed.has(folder))) continue;
        signal.throwIfAborted();
        log.info(`tests of ${folder}`);
        const run = await $`bun run test 2>&1`.cwd(`${repo.root}/${folder}`).nothrow();
        if (run.exitCode !== 0) failures.push(`${folder}: tests failed\n${run.text()}`);
      }
      return failures.length === 0 ? { ok: true } : { ok: false, output: failures.join("\n") };
    },
  },
});
