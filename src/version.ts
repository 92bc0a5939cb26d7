import manifest from "../package.json" with { type: "json" };

declare const CUELOOP_COMMIT: string | undefined;
declare const CUELOOP_BUILD_DATE: string | undefined;

/** Version of the executable, from package.json. */
export const version: string = manifest.version;

/** Commit and date of the build; null when run from source. */
export const build = {
  commit: typeof CUELOOP_COMMIT === "string" && CUELOOP_COMMIT !== "" ? CUELOOP_COMMIT : null,
  date: typeof CUELOOP_BUILD_DATE === "string" && CUELOOP_BUILD_DATE !== "" ? CUELOOP_BUILD_DATE : null,
};
