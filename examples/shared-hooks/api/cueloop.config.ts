import { defineConfig } from "cueloop";
import { ourHooks } from "cueloop-hooks";

export default defineConfig({
  agent: { git_publish_mode: "commit" },
  // The shared ones first, then those of this repository alone.
  hooks: [
    ourHooks("api"),
    {
      async gate({ repo }) {
        return (await repo.exists("openapi.json")) ? { ok: true } : { ok: false, output: "openapi.json is missing" };
      },
    },
  ],
});
