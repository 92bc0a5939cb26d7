import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentCalls } from "../support/agent.ts";
import { steadyText } from "../support/interrupted.ts";
import { expectResumes, MODELS, SCRIPT, type Scene, threePhases } from "../support/killed-run.ts";
import { processesOf } from "../support/leftovers.ts";
import { needs } from "../support/needs.ts";
import { executable, type Finished, type Repository } from "../support/repository.ts";

setDefaultTimeout(60_000);

/** Hangs until the file `open` is in the home directory. */
const HANG = `test -e "$HOME/open" && exit
echo $$ > "$HOME/hanging.new"
mv "$HOME/hanging.new" "$HOME/hanging"
exec sleep 300
`;

interface Place extends Scene {
  /** A git hook that hangs. */
  readonly hook?: string;
  /** The agent's phase that is worked again. */
  readonly again?: string;
}

const agentAt = (model: string): Place => ({
  script: { ...SCRIPT, [model]: [...(SCRIPT[model] ?? []), { hang: "hanging" }] },
  again: model,
});
const gateThat = (script: string) => ({ gate: ["sh", "gate.sh"], files: { "gate.sh": script } });

/** The places of a run in which something can hang. */
const PLACES: Readonly<Record<string, Place>> = {
  planner: agentAt("planner"),
  worker: agentAt("worker"),
  critic: agentAt("critic"),
  gate: gateThat(HANG),
  commit: { hook: "pre-commit" },
  "gate on the commit": gateThat(`test -e made.txt || { echo made > made.txt; exit; }\n${HANG}`),
  push: { hook: "pre-push", push: true },
};

const WAYS = ["SIGTERM", "SIGINT", "SIGKILL to all at once", "SIGKILL to the run alone"] as const;
type Way = (typeof WAYS)[number];

function interrupt(repo: Repository, pid: number, by: Way): void {
  if (by === "SIGKILL to all at once") for (const line of processesOf(repo)) process.kill(Number.parseInt(line, 10), "SIGKILL");
  else process.kill(pid, by === "SIGKILL to the run alone" ? "SIGKILL" : by);
}

/** What a person reads. Whether what an agent left is seen still dying, and named, is a matter of milliseconds. */
function told(repo: Repository, interrupted: string, resumed: Finished): string {
  const text = [interrupted, resumed.stdout, resumed.stderr].join("---\n");
  return steadyText(text.replace(/^ *Ended what the agent left running: .*\n/gm, ""), repo);
}

/** Interrupts a run in a place, goes on with it, and returns what a person read of both. */
async function goneOnWith(name: string, place: Place, by: Way): Promise<string> {
  using repo = threePhases(place);
  if (place.hook !== undefined) repo.write({ [`.git/hooks/${place.hook}`]: `#!/bin/sh\n${HANG}` });
  const run = repo.start([executable, "run", "one"]);
  const said = new Response(run.stderr).text();
  await repo.appeared("hanging", 30_000);

  interrupt(repo, run.pid, by);

  const isSignal = by === "SIGTERM" || by === "SIGINT";
  expect([by, await run.exited]).toEqual([by, isSignal ? 1 : 137]);
  if (isSignal) expect([by, processesOf(repo)]).toEqual([by, []]);
  writeFileSync(join(repo.home, "open"), "");
  writeFileSync(join(repo.home, "script.json"), JSON.stringify(SCRIPT));
  const resumed = await expectResumes(repo, `${by} ${name}`, by !== "SIGKILL to the run alone" || name === "gate");
  const calls = agentCalls(repo).map(({ model }) => model);
  const again = place.again === undefined ? [] : [place.again];
  expect([by, calls]).toEqual([
    by,
    [...MODELS, ...again].sort((a, b) => MODELS.findIndex((m) => m === a) - MODELS.findIndex((m) => m === b)),
  ]);
  return told(repo, isSignal ? await said : "", resumed);
}

test.each(Object.entries(PLACES))("%s: interrupted in every way, gone on with there, and told", async (name, place) => {
  const texts = await Promise.all(WAYS.map(async (by) => [by, await goneOnWith(name, place, by)] as const));
  for (const [by, text] of texts) expect(text).toMatchSnapshot(by);
});

test("killed while the gate runs on the commit in a worktree of its own: that is gone afterwards, and the push is made", async () => {
  using repo = threePhases({ ...gateThat(`test -e made.txt || { echo made > made.txt; exit; }\n${HANG}`), push: true });
  repo.write({ ".git/hooks/post-commit": "#!/bin/sh\ntest -e .cueloop && echo edited > edited.txt\n" });
  const run = repo.start([executable, "run", "one"]);
  await repo.appeared("hanging", 30_000);
  const proof = () => readdirSync(repo.base).filter((name) => name.startsWith("cueloop-proof-"));
  expect([proof().length, repo.git("worktree", "list").trim().split("\n").length]).toEqual([1, 2]);
  for (const line of processesOf(repo)) process.kill(Number.parseInt(line, 10), "SIGKILL");
  await run.exited;
  writeFileSync(join(repo.home, "open"), "");
  const resumed = await repo.cueloop("run", "resume");
  expect([resumed.code, agentCalls(repo).length]).toEqual([0, MODELS.length]);
  expect(repo.done()).toMatchObject([{ id: "RQ-0001", status: "done" }]);
  expect([proof(), repo.git("worktree", "list").trim().split("\n").length]).toEqual([[], 1]);
  expect(repo.git("ls-remote", "origin", "main").split("\t")[0]).toBe(repo.git("rev-parse", "HEAD").trim());
  expect([repo.read("edited.txt"), repo.git("status", "--porcelain")]).toEqual(["edited\n", "?? edited.txt\n"]);
});

needs("strace").each(["TERM", "INT", "KILL"])("SIG%s while the archive is written: its journal is still there", async (signal) => {
  using repo = threePhases({});
  const journal = ["-P", repo.path(".cueloop/cache/queue-journal.json")];
  const inject = ["-e", "trace=unlink,unlinkat", "-e", `inject=unlink,unlinkat:signal=${signal}:when=1`];
  const killed = await repo.run(["strace", "-o", "/dev/null", ...journal, ...inject, executable, "run", "one"]);
  expect(killed.code).toBe(signal === "KILL" ? 137 : 1);
  expect(repo.git("log", "--format=%s").trim()).toBe("start");
  const resumed = await expectResumes(repo, signal, true);
  expect(agentCalls(repo)).toHaveLength(MODELS.length);
  expect(told(repo, signal === "KILL" ? "" : killed.stderr, resumed)).toMatchSnapshot();
});
