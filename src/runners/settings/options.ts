import * as v from "valibot";

/** Normalised options of a runner, all set. Flags of the same names, with `-`, take the same values. */
export const RunnerOptions = v.strictObject({
  output_format: v.picklist(["stream_json", "json", "text"]),
  verbosity: v.picklist(["quiet", "normal", "verbose"]),
  approval_mode: v.picklist(["default", "auto_edits", "yolo", "safe"]),
  sandbox: v.picklist(["default", "enabled", "disabled"]),
  plan_mode: v.picklist(["default", "enabled", "disabled"]),
  /** What to do about an option the runner cannot express. */
  unsupported_option_policy: v.picklist(["ignore", "warn", "error"]),
});
export type RunnerOptions = v.InferOutput<typeof RunnerOptions>;
