import type { RepoContext } from "../../config/context.ts";

/** What the store needs of a repository; every `RepoContext` is one. */
export type StoreContext = Pick<
  RepoContext,
  "root" | "runtimeDir" | "queuePath" | "donePath" | "idPrefix" | "idWidth" | "insideRun" | "clock" | "log" | "signal" | "redact"
> & { readonly config: { readonly queue: { readonly max_dependency_depth: number } } };
