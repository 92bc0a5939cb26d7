import * as v from "valibot";

/** A path inside the plugin's directory. */
const Bin = v.pipe(
  v.string(),
  v.check((path) => path.trim() !== "", "must not be blank"),
  v.check((path) => !/^[/\\]|^[A-Za-z]:/.test(path), "must be relative to the plugin's directory"),
  v.check((path) => !path.split(/[/\\]/).includes(".."), 'must not contain ".."'),
);

/** `plugin.json`. */
export const PluginManifest = v.strictObject({
  api_version: v.literal(1),
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, dots, dashes and underscores")),
  version: v.string(),
  name: v.string(),
  description: v.optional(v.string()),
  runner: v.optional(
    v.strictObject({
      bin: Bin,
      /** Without it every call starts a fresh agent session. */
      supports_resume: v.optional(v.boolean(), false),
      default_model: v.optional(v.string()),
    }),
  ),
  processors: v.optional(v.strictObject({ bin: Bin, hooks: v.array(v.picklist(["validate_task", "pre_prompt", "post_run"])) })),
});
export type PluginManifest = v.InferOutput<typeof PluginManifest>;
