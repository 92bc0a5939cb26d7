import type { Environment } from "../../base/context.ts";
import { type FakeRepo, type FakeRepoOptions, repositories } from "./fake-repo.ts";
import { type RunInRepoOptions, type RunRecord, runInRepo } from "./run-in-repo.ts";
import { type ScriptedRunner, scriptedRunner, type Turn } from "./scripted-runner.ts";

/** The module `cueloop/testing`. */
export interface Testing {
  /** A temporary git repository with these files and tasks, and with this configuration; `using` removes it. */
  fakeRepo(options?: FakeRepoOptions): FakeRepo;
  /** An agent whose first turn is the first of these, and so on. */
  scriptedRunner(turns: readonly Turn[]): ScriptedRunner;
  /** Works a task, or the queue, to the end of the run. A run that fails is told of, not thrown. */
  runInRepo(repo: FakeRepo, options?: RunInRepoOptions): Promise<RunRecord>;
}

/** @param executable absolute path of the program; `env`: of the process */
export function testingModule(executable: string, env: Environment): Testing {
  const { fakeRepo, partsOf } = repositories(env);
  return { fakeRepo, scriptedRunner, runInRepo: (repo, options = {}) => runInRepo(repo, partsOf(repo), executable, options) };
}
