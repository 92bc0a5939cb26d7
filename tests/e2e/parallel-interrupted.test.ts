import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Team } from "../support/team.ts";

const HANG = 'until [ -e "$HOME/never" ]; do sleep 0.05; done';

/** The gate hangs in the worktree of the task, the first `times` it is run there. */
const hangingGate = (id: string, times: number) => `[ -e ${id}.txt ] || exit 0
n=$(($(cat "$HOME/gates" 2> /dev/null || echo 0) + 1))
echo $n > "$HOME/gates"
echo $PPID > "$HOME/gating-$n.new" && mv "$HOME/gating-$n.new" "$HOME/gating-$n"
[ $n -gt ${times} ] || { ${HANG}; }`;

const said = async (stream: ReadableStream<Uint8Array>, wanted: string): Promise<number> => {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(wanted)) return performance.now();
  }
  throw new Error(`${wanted} was not said, but: ${text}`);
};

test("Ctrl-C says what is kept of each task, and the program is gone at once", async () => {
  using repo = new Team({ "RQ-0001": {}, "RQ-0002": {}, "RQ-0003": {} }, { gate: hangingGate("RQ-0003", 1) });
  repo.deeds({
    "RQ-0001": `echo half > RQ-0001.txt\ntell one\n${HANG}`,
    "RQ-0002": `tell two\n${HANG}`,
  });
  const loop = repo.startLoop(3);
  for (const name of ["one", "two", "gating-1"]) await repo.appeared(name, 30_000);
  const lines = new Response(loop.stdout).text();

  loop.kill("SIGINT");

  const from = await said(loop.stderr, "The run was interrupted.");
  expect(await loop.exited).toBe(1);
  expect(performance.now() - from).toBeLessThan(5_000);
  const output = await lines;
  expect(output).toContain("cueloop worktree recover RQ-0001");
  expect(output).toMatch(/RQ-0002 .*before it had changed anything/);
  expect(output).toMatch(/RQ-0003 .*finished; the next `cueloop run loop --parallel` brings it in/);
  expect(repo.salvaged("RQ-0001")).toHaveLength(1);
  expect(repo.has(".cueloop/lock")).toBeFalse();
  expect(repo.git("worktree", "list").trim().split("\n")).toHaveLength(2);

  repo.deeds({ "RQ-0001": "echo whole > RQ-0001.txt", "RQ-0002": "echo whole > RQ-0002.txt" });
  const next = await repo.loop(3);
  expect([next.code, next.stderr]).toEqual([0, ""]);
  expect(repo.landed().toSorted()).toEqual(["RQ-0001", "RQ-0002", "RQ-0003"]);
  expect(repo.turns("RQ-0003")).toBe(1);
});

test.each([
  [1, "lands"],
  [9, "is blocked"],
])("finished work whose worker is killed %d times %s, without another turn of the agent", async (times, end) => {
  using repo = new Team({ "RQ-0001": {} }, { gate: hangingGate("RQ-0001", times) });
  const loop = repo.startLoop(1);
  const lines = new Response(loop.stdout).text();
  for (let n = 1; n <= Math.min(times, 3); n += 1) {
    await repo.appeared(`gating-${n}`, 30_000);
    process.kill(Number(readFileSync(join(repo.home, `gating-${n}`), "utf8")), "SIGKILL");
  }
  expect(await loop.exited).toBe(0);
  expect(repo.turns("RQ-0001")).toBe(1);
  if (end === "lands") {
    expect(repo.on("main", "RQ-0001.txt")).toBe("RQ-0001\n");
    expect(repo.worker("RQ-0001")).toMatchObject({ lifecycle: "completed" });
    return;
  }
  expect(await lines).toMatch(/1 blocked.*\n.*SIGKILL/);
  expect(repo.worker("RQ-0001")).toMatchObject({ lifecycle: "blocked_push", branch: "cueloop/RQ-0001" });
  expect(repo.on("cueloop/RQ-0001", "RQ-0001.txt")).toBe("RQ-0001\n");
  expect(existsSync(repo.worktree("RQ-0001"))).toBeTrue();
});
