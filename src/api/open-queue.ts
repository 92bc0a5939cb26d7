import * as v from "valibot";
import { parseValue } from "../base/parse.ts";
import type { RepoContext } from "../config/context.ts";
import { fromCaller } from "../runtime/queue/call-site.ts";
import { openQueueOf } from "../runtime/queue/open.ts";
import type { Queue } from "../runtime/queue/queue.ts";
import type { ApiHost } from "./host.ts";

export interface OpenQueueOptions {
  /** The repository is the one at or above this directory; default: the working directory. */
  readonly dir?: string;
}

const Options = v.strictObject({ dir: v.optional(v.string()) });

/** The queue of a repository. It is looked for at the first use, and again at the next where that failed. */
export function openQueue(host: ApiHost, options?: OpenQueueOptions): Queue {
  const { dir } = parseValue(Options, { file: "openQueue()", value: options ?? {} }, "options object");
  let opened: Promise<Queue> | null = null;
  const queue = (): Promise<Queue> => {
    opened ??= host.openForQueue(dir).then(
      (repo: RepoContext) => openQueueOf(repo),
      (error: unknown) => {
        opened = null;
        throw error;
      },
    );
    return opened;
  };
  return Object.freeze<Queue>({
    tasks: (filter) => fromCaller(async () => (await queue()).tasks(filter)),
    done: (filter) => fromCaller(async () => (await queue()).done(filter)),
    get: (id) => fromCaller(async () => (await queue()).get(id)),
    next: () => fromCaller(async () => (await queue()).next()),
    explain: (id) => fromCaller(async () => (await queue()).explain(id)),
    transaction: (label, change) => fromCaller(async () => (await queue()).transaction(label, change)),
  });
}
