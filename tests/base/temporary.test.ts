import { afterEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pidNamespace, processStart } from "../../src/base/identity.ts";
import { isOrphaned, makeTemporary, removeOrphaned } from "../../src/base/temporary.ts";

const place = mkdtempSync(join(tmpdir(), "cueloop-temporary-"));
const env = { TMPDIR: place };
const start = processStart(process.pid) ?? "0";
const namespace = pidNamespace() ?? "0";
const ended = Bun.spawnSync(["true"]).pid;

afterEach(() => rmSync(place, { recursive: true, force: true }));

test.each<[string, string, boolean]>([
  ["of this process", `cueloop-git-${process.pid}-${start}-${namespace}-Ab3dEf`, false],
  ["of an ended process", `cueloop-git-${ended}-1-${namespace}-Ab3dEf`, true],
  ["of an earlier process with this one's id", `cueloop-proof-${process.pid}-1-${namespace}-Ab3dEf`, true],
  ["of a process whose start was not known", `cueloop-rules-${process.pid}-0-${namespace}-Ab3dEf`, false],
  ["of another pid namespace", `cueloop-git-${ended}-1-12345-Ab3dEf`, false],
  ["of something else of ours", `cueloop-demo-${ended}-1-${namespace}-Ab3dEf`, false],
  ["of nobody we know", "cueloop-git-Ab3dEf", false],
])("a directory %s", (_name, directory, orphaned) => expect(isOrphaned(join("/tmp", directory))).toBe(orphaned));

test("what killed processes left goes, with all that is in it; the rest stays", () => {
  mkdirSync(place, { recursive: true });
  const own = makeTemporary(env, "git");
  const left = join(place, `cueloop-proof-${ended}-1-${namespace}-Ab3dEf`);
  mkdirSync(join(left, "tree"), { recursive: true });
  writeFileSync(join(left, "tree/file"), "");
  mkdirSync(join(place, "mine"));
  removeOrphaned(env);
  expect(readdirSync(place).sort()).toEqual([basename(own), "mine"].sort());
});

test("a temporary directory that is not there is nothing to sweep", () => {
  expect(() => removeOrphaned({ TMPDIR: join(place, "nowhere") })).not.toThrow();
});
