import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { Team } from "../support/team.ts";

const STATE = ".cueloop/cache/parallel/state.json";

test("a state file that cannot be written any more ends the run with an error; nothing of the work is lost", async () => {
  using repo = new Team({ "RQ-0001": {}, "RQ-0002": {} });
  repo.deeds({
    "RQ-0001": `echo one > RQ-0001.txt\nawait two\nrm ${repo.path(STATE)}\nmkdir -p ${repo.path(STATE)}/in-the-way`,
    "RQ-0002": 'echo two > RQ-0002.txt\ntell two\nuntil [ -e "$HOME/never" ]; do sleep 0.05; done',
  });
  const { code, stderr } = await repo.loop(2);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/Error: .*state\.json/)]);
  expect(repo.has(".cueloop/lock")).toBeFalse();
  rmSync(repo.path(STATE), { recursive: true });
  repo.deeds({ "RQ-0002": "echo two > RQ-0002.txt" });
  expect((await repo.loop(2)).code).toBe(0);
  expect(repo.landed().toSorted()).toEqual(["RQ-0001", "RQ-0002"]);
  expect(repo.turns("RQ-0001")).toBe(1);
});
