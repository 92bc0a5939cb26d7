import { expect, test } from "bun:test";
import { scriptedAgent } from "../support/agent.ts";
import { executable, Repository, task } from "../support/repository.ts";
import { onTerminal, Terminal } from "../support/terminal.ts";

/** A project configuration with two unknown keys, a comment beside each, and maps of the person's own. */
const CONFIG = `{
  // ours
  "version": 2,
  "agent": {
    "runner": "script", // of the plugin
    "phases": 1,
    "modle": "scripted",
    "git_publish_mode": "off"
  },
  "profiles": { "night": { "phases": 2 } },
  "plugins": { "plugins": { "script": { "enabled": true, "config": { "anything": 1 } } } },
  "colour": "blue"
}
`;

function repositoryWith(config = CONFIG): Repository {
  const repo = new Repository();
  scriptedAgent(repo, [[{ write: "one.txt", text: "1" }]]);
  repo.write({ ".cueloop/config.jsonc": config });
  repo.books([task("RQ-0001")]).commit("start");
  return repo;
}

const read = (repo: Repository) => repo.read(".cueloop/config.jsonc");
const isDone = (repo: Repository) => repo.done().length === 1;

test("unknown keys end a run with the key's name and the nearest one", async () => {
  using repo = repositoryWith();
  const run = await repo.cueloop("run", "one");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("`agent.modle` in this project configuration is an unknown key");
  expect(run.stderr).toContain("Did you mean `model`?");
  expect(read(repo)).toBe(CONFIG);
});

test("--auto-fix removes them and nothing else, says so, and the run goes on", async () => {
  using repo = repositoryWith();
  const run = await repo.cueloop("--auto-fix", "run", "one");
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("Removed `agent.modle` from ");
  expect(run.stderr).toContain("Removed `colour` from ");
  expect(read(repo)).toBe(CONFIG.replace('    "modle": "scripted",\n', "").replace(',\n  "colour": "blue"', ""));
  expect(isDone(repo)).toBeTrue();
});

test.each(["--dry-run", "--no-sanity-checks"])("%s changes nothing", async (flag) => {
  using repo = repositoryWith();
  const flags = flag === "--dry-run" ? [flag, "--auto-fix"] : [flag];
  expect((await repo.cueloop("run", "loop", ...flags)).code).toBe(1);
  expect(read(repo)).toBe(CONFIG);
});

test("--auto-fix never touches the person's own file, nor keys that an older version knew", async () => {
  using repo = repositoryWith();
  const own = '{ "colour": "blue" }';
  repo.write({ "../home/.config/cueloop/config.jsonc": own });
  const run = await repo.cueloop("run", "one", "--auto-fix");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("`colour` in this global configuration is an unknown key");
  expect(repo.read("../home/.config/cueloop/config.jsonc")).toBe(own);
  using old = repositoryWith('{ "version": 2, "agent": { "ci_gate_command": "make ci" } }');
  const before = read(old);
  expect((await old.cueloop("run", "one", "--auto-fix")).code).toBe(1);
  expect(read(old)).toBe(before);
});

test("--auto-fix leaves a file alone that is written more liberally than it can edit", async () => {
  const config = '{ version: 2, "colour": "blue" }';
  using repo = repositoryWith(config);
  const run = await repo.cueloop("run", "one", "--auto-fix");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("`colour`");
  expect(run.stderr).toContain("in an editor");
  expect(read(repo)).toBe(config);
});

test("on a terminal each key is asked about: one gets its right name, one is removed, and the run goes on", async () => {
  using repo = repositoryWith();
  await using terminal = new Terminal(repo, [executable, "run", "one"], { columns: 110 });
  await terminal.shows("`agent.modle` is an unknown key");
  terminal.type("\r");
  await terminal.shows("Its name:");
  terminal.type("\r");
  await terminal.shows("`colour` is an unknown key");
  terminal.type("\x1b[B\x1b[B\r");
  expect(await terminal.ended()).toBe(0);
  expect(read(repo)).toBe(CONFIG.replace("modle", "model").replace(',\n  "colour": "blue"', ""));
  expect(isDone(repo)).toBeTrue();
});

test("on a terminal the answer may be to leave it, and the run does not start", async () => {
  using repo = repositoryWith(CONFIG.replace('    "modle": "scripted",\n', ""));
  const seen = await onTerminal(repo, [executable, "run", "one"], "What becomes of it?", "\r");
  expect(seen.code).toBe(1);
  expect(seen.screen).toContain("is an unknown key");
  expect(read(repo)).toContain("colour");
});

test("with --non-interactive nobody is asked, on a terminal either", async () => {
  using repo = repositoryWith();
  const seen = await onTerminal(repo, [executable, "run", "one", "--non-interactive"], "What becomes of it?", "\r");
  expect(seen.code).toBe(1);
  expect(seen.screen).not.toContain("What becomes of it?");
});
