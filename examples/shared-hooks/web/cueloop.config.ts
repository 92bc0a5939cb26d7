import { defineConfig } from "cueloop";
import { ourHooks } from "cueloop-hooks";

export default defineConfig({
  agent: { git_publish_mode: "commit" },
  hooks: ourHooks("web"),
});
