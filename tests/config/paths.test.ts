import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { configuredPath, findRoot, globalConfigPath, stateDirectory } from "../../src/config/paths.ts";
import { Repository } from "../support/repository.ts";

test.each([
  ["a used runtime directory", { "a/.cueloop/queue.jsonc": "" }, "a/b/c", "a"],
  ["only an old done file", { "a/.cueloop/done.json": "" }, "a/b", "a"],
  ["only a trust file", { "a/.cueloop/trust.jsonc": "" }, "a", "a"],
  ["a directory `.git`", { "a/.git/HEAD": "" }, "a/b", "a"],
  ["a file `.git`, as linked worktrees have", { "a/.git": "gitdir: x" }, "a/b", "a"],
  ["the nearest of two", { ".git/HEAD": "", "a/b/.cueloop/config.jsonc": "" }, "a/b/c", "a/b"],
  [
    "a runtime directory with nothing that marks it",
    { "a/.git/HEAD": "", "a/b/.cueloop/README.md": "", "a/b/.cueloop/cache/x": "" },
    "a/b",
    "a",
  ],
  ["a directory in place of a marker file", { "a/.git/HEAD": "", "a/b/.cueloop/queue.jsonc/x": "" }, "a/b", "a"],
  ["the directory of the older program", { "a/.git/HEAD": "", "a/b/.ralph/queue.jsonc": "" }, "a/b", "a"],
])("the root of %s", (_name, files, cwd, expected) => {
  using repository = new Repository({ git: false });
  repository.write(files);
  mkdirSync(repository.path(cwd), { recursive: true });
  expect(findRoot(repository.path(cwd))).toBe(repository.path(expected));
});

test("without any mark the working directory is the root", () => {
  using repository = new Repository({ git: false });
  expect(findRoot(repository.root)).toBe(repository.root);
});

test.each([
  [{ XDG_CONFIG_HOME: "/x", HOME: "/h" }, "/x/cueloop/config.jsonc"],
  [{ XDG_CONFIG_HOME: "", HOME: "/h" }, "/h/.config/cueloop/config.jsonc"],
  [{ XDG_CONFIG_HOME: "relative", HOME: "/h" }, "/h/.config/cueloop/config.jsonc"],
  [{ HOME: "/h" }, "/h/.config/cueloop/config.jsonc"],
  [{ HOME: " " }, null],
  [{}, null],
])("the global configuration with %o is %p", (env, expected) => {
  expect(globalConfigPath(env)).toBe(expected);
});

test.each([
  [{ XDG_STATE_HOME: "/s", HOME: "/h" }, "/s/cueloop"],
  [{ XDG_STATE_HOME: "s", HOME: "/h" }, "/h/.local/state/cueloop"],
  [{}, null],
])("state with %o is kept in %p", (env, expected) => {
  expect(stateDirectory(env)).toBe(expected);
});

test.each([
  ["a/b.md", "/r/a/b.md"],
  ["/etc/x", "/etc/x"],
  ["~", "/h"],
  ["~/x", "/h/x"],
  ["~ana/x", "/r/~ana/x"],
])("the path %s is %s", (text, expected) => {
  expect(configuredPath("/r", { HOME: "/h" }, text)).toBe(expected);
});

test("without a home `~` is a name like any other", () => {
  expect(configuredPath("/r", {}, "~/x")).toBe("/r/~/x");
});
