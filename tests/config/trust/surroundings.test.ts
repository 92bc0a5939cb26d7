import { describe, expect, test } from "bun:test";
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../src/base/files.ts";
import type { DataConsent } from "../../../src/config/trust/record.ts";
import { repositoryIdentity } from "../../../src/config/trust/repository-key.ts";
import { readConsents, recordConsent } from "../../../src/config/trust/store.ts";
import { expandedNames, outsideEntries, pluginFiles, promptVariables } from "../../../src/config/trust/surroundings.ts";
import { errorOf } from "../../support/errors.ts";
import { Repository } from "../../support/repository.ts";
import { contextOf } from "../context.ts";

describe("an instruction file", () => {
  test.each([
    ["AGENTS.md", null],
    ["docs/../AGENTS.md", null],
    ["missing.md", null],
    ["..md", null],
    ["../house.md", "../house.md"],
    ["/etc/hostname", "/etc/hostname"],
    ["~/house.md", "~/house.md"],
  ])("%s leads outside: %p", (entry, expected) => {
    using repository = new Repository();
    repository.write({ "AGENTS.md": "x", "docs/a.md": "x" });
    expect(outsideEntries(repository.root, repository.env)(entry)).toBe(expected);
  });

  test("behind a symlink counts where the link leads, and is recorded with it", () => {
    using repository = new Repository();
    repository.write({ "real.md": "x" });
    symlinkSync("/etc/hostname", repository.path("out.md"));
    symlinkSync("real.md", repository.path("in.md"));
    symlinkSync("/etc", repository.path("dir"));
    const outside = outsideEntries(repository.root, repository.env);
    expect(outside("in.md")).toBeNull();
    expect(outside("out.md")).toBe("out.md -> /etc/hostname");
    expect(outside("dir/none.md")).toBe("dir/none.md -> /etc/none.md");
  });

  test("in a root that is reached by a symlink is inside", () => {
    using repository = new Repository();
    repository.write({ "AGENTS.md": "x" });
    const link = join(repository.base, "link");
    symlinkSync(repository.root, link);
    expect(outsideEntries(link, repository.env)("AGENTS.md")).toBeNull();
  });
});

/** `${text}`. */
const braced = (text: string) => `\u0024{${text}}`;

test.each([
  ["no variable {{TASK_ID}} $HOME", []],
  [`${braced("HOME")} and ${braced("A_1:-x")} and ${braced("HOME")}`, ["A_1", "HOME"]],
  [`$${braced("HOME")} \\${braced("HOME")}`, []],
  [`${braced("9")} ${braced("")} ${braced("a-b")}`, []],
])("the template %p expands %o", (template, names) => {
  expect(expandedNames(template)).toEqual(names);
});

test("prompt files are listed with the variables they expand", () => {
  using repository = new Repository();
  const text = braced("HOME");
  repository.write({ ".cueloop/prompts/worker.md": text, ".cueloop/prompts/other.md": "none", ".cueloop/prompts/x.txt": text });
  expect(promptVariables(repository.root)).toEqual([{ key: ".cueloop/prompts/worker.md", value: ["HOME"] }]);
});

test("plugins are pinned with their manifest and every program it names", () => {
  using repository = new Repository();
  const manifest = JSON.stringify({ runner: { bin: "run.sh" }, processors: { bin: "bin/hooks.sh", hooks: [] } });
  repository.write({
    ".cueloop/plugins/a/plugin.json": manifest,
    ".cueloop/plugins/a/run.sh": "one",
    ".cueloop/plugins/a/bin/hooks.sh": "two",
    ".cueloop/plugins/a/notes.md": "not pinned",
    ".cueloop/plugins/broken/plugin.json": "{",
    ".cueloop/plugins/empty/x": "",
  });
  expect(pluginFiles(repository.root)).toEqual([
    { path: ".cueloop/plugins/a/plugin.json", sha256: sha256(manifest) },
    { path: ".cueloop/plugins/a/run.sh", sha256: sha256("one") },
    { path: ".cueloop/plugins/a/bin/hooks.sh", sha256: sha256("two") },
    { path: ".cueloop/plugins/broken/plugin.json", sha256: sha256("{") },
  ]);
});

describe("a repository's identity", () => {
  test("is shared by linked worktrees and subdirectories, and is that of git", () => {
    using repository = new Repository();
    repository.write({ "sub/x": "" }).commit();
    repository.git("worktree", "add", "--quiet", join(repository.base, "linked"));
    const main = repositoryIdentity(repository.root);
    expect(main.commonDir).toBe(repository.git("rev-parse", "--path-format=absolute", "--git-common-dir").trim());
    expect(repositoryIdentity(join(repository.base, "linked")).key).toBe(main.key);
    expect(repositoryIdentity(repository.path("sub")).key).toBe(main.key);
    expect(main.key).toBe(sha256(main.commonDir ?? "").slice(0, 32));
  });

  test("is another one for another clone, and the root's without git", () => {
    using repository = new Repository();
    repository.commit();
    repository.git("clone", "--quiet", repository.root, join(repository.base, "clone"));
    expect(repositoryIdentity(join(repository.base, "clone")).key).not.toBe(repositoryIdentity(repository.root).key);
    using plain = new Repository({ git: false });
    expect(repositoryIdentity(plain.root)).toEqual({ key: sha256(plain.root).slice(0, 32), root: plain.root, commonDir: null });
  });
});

describe("the store", () => {
  const consent = (digit: string): DataConsent => ({
    digest: `sha256:${digit.repeat(64)}`,
    decided_at: "2026-01-01T00:00:00Z",
    via: "prompt",
    cueloop_version: "1",
    values: { a: 1 },
    files: [],
  });

  test("gives back what was recorded, for the user alone", async () => {
    using repository = new Repository();
    const context = contextOf(repository);
    const identity = repositoryIdentity(repository.root);
    expect(readConsents(context, identity)).toEqual({ data: [], unusable: null });
    await recordConsent(context, identity, consent("a"));
    await recordConsent(context, identity, consent("b"));
    expect(readConsents(context, identity).data.map(({ digest }) => digest)).toEqual([consent("b").digest, consent("a").digest]);
    const directory = join(repository.home, ".local/state/cueloop/trust");
    const modes = await repository.run(["stat", "-c", "%a %n", directory, join(directory, `${identity.key}.json`)]);
    expect(modes.stdout).toBe(`700 ${directory}\n600 ${directory}/${identity.key}.json\n`);
  });

  test("keeps what several commands record at the same time", async () => {
    using repository = new Repository();
    const context = contextOf(repository);
    const identity = repositoryIdentity(repository.root);
    await Promise.all([..."0123456789"].map((digit) => recordConsent(context, identity, consent(digit))));
    expect(readConsents(context, identity).data.length).toBe(10);
  });

  test("takes over the lock of a process that is gone", async () => {
    using repository = new Repository();
    const context = contextOf(repository);
    const identity = repositoryIdentity(repository.root);
    await recordConsent(context, identity, consent("a"));
    const gone = Bun.spawnSync(["true"]).pid;
    await Bun.write(join(repository.home, ".local/state/cueloop/trust", `${identity.key}.lock`), String(gone));
    await recordConsent(context, identity, consent("b"));
    expect(readConsents(context, identity).data.length).toBe(2);
  });

  test("is not believed when others can write it", async () => {
    using repository = new Repository();
    const context = contextOf(repository);
    const identity = repositoryIdentity(repository.root);
    await recordConsent(context, identity, consent("a"));
    chmodSync(join(repository.home, ".local/state/cueloop/trust"), 0o777);
    expect(readConsents(context, identity)).toEqual({ data: [], unusable: expect.stringContaining("writable by others") });
  });

  test("is nowhere without a home", () => {
    using repository = new Repository();
    const context = contextOf(repository, { env: { HOME: undefined } });
    expect(readConsents(context, repositoryIdentity(repository.root)).unusable).toContain("HOME");
  });

  test("names a damaged record and the way out", async () => {
    using repository = new Repository();
    const context = contextOf(repository);
    const identity = repositoryIdentity(repository.root);
    await recordConsent(context, identity, consent("a"));
    const file = join(repository.home, ".local/state/cueloop/trust", `${identity.key}.json`);
    await Bun.write(file, "{");
    const error = await errorOf(() => readConsents(context, identity));
    expect(error.code).toBe("config.trust_record");
    expect(error.hint).toContain(file);
  });
});
