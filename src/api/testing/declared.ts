/** What the module `cueloop/testing` declares: scripts/declarations.ts writes it down for editors, from these types. */

export type { FakeRepo, FakeRepoOptions } from "./fake-repo.ts";
export type { Testing as Functions } from "./module.ts";
export type { Asked, RunInRepoOptions, RunRecord } from "./run-in-repo.ts";
export type { ScriptedRunner, Turn } from "./scripted-runner.ts";
export type { TaskFields } from "./tasks.ts";
