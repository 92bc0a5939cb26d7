import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { isTrustFileTracked } from "../../../src/config/trust/tracked.ts";
import { Repository } from "../../support/repository.ts";
import { contextOf } from "../context.ts";

const YES = '{ "allow_project_commands": true }';

/** A repository of its own at a path below another's root, with a tracked trust file. */
function nested(repository: Repository, path: string): void {
  repository.write({ [`${path}/trust.jsonc`]: YES });
  repository.git("-C", path, "init", "--quiet");
  repository.git("-C", path, "add", "--all");
  repository.git("-C", path, "-c", "user.name=Eve", "-c", "user.email=eve@example.invalid", "commit", "--quiet", "-m", "x");
}

test.each<[string, boolean, (repository: Repository) => void]>([
  [
    "a file of the user's",
    false,
    (repository) => {
      repository.write({ "README.md": "x" }).commit();
      repository.write({ ".cueloop/trust.jsonc": YES });
    },
  ],
  ["a tracked file", true, (repository) => repository.write({ ".cueloop/trust.jsonc": YES }).commit()],
  [
    "a tracked link to a tracked directory",
    true,
    (repository) => {
      repository.write({ "elsewhere/trust.jsonc": YES });
      symlinkSync("elsewhere", repository.path(".cueloop"));
      repository.commit();
    },
  ],
  [
    "a link of the user's to a tracked directory",
    true,
    (repository) => {
      repository.write({ "elsewhere/trust.jsonc": YES }).commit();
      symlinkSync("elsewhere", repository.path(".cueloop"));
    },
  ],
  [
    "a link of the user's to a directory of the user's",
    false,
    (repository) => {
      mkdirSync(`${repository.home}/books`);
      symlinkSync(`${repository.home}/books`, repository.path(".cueloop"));
      repository.write({ ".cueloop/trust.jsonc": YES });
    },
  ],
  [
    "a file link to a tracked file",
    true,
    (repository) => {
      repository.write({ "yes.jsonc": YES, keep: "" }).commit();
      mkdirSync(repository.path(".cueloop"));
      symlinkSync("../yes.jsonc", repository.path(".cueloop/trust.jsonc"));
    },
  ],
  [
    "a submodule",
    true,
    (repository) => {
      nested(repository, ".cueloop");
      repository.git("add", ".cueloop");
      repository.commit();
    },
  ],
  ["a repository inside that tracks it", true, (repository) => nested(repository, ".cueloop")],
])("%s counts as tracked: %p", async (_what, expected, make) => {
  using repository = new Repository();
  make(repository);
  expect(await isTrustFileTracked(contextOf(repository), repository.root)).toBe(expected);
});
