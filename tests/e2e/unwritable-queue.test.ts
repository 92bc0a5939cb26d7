import { expect } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { needs, needsMount } from "../support/needs.ts";
import { executable, type Finished, Repository, task } from "../support/repository.ts";

/** A user without any rights of ours. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

const commands = [
  ["task", "add", "More"],
  ["task", "done", "RQ-0001"],
  ["task", "status", "doing", "RQ-0001"],
  ["task", "start", "RQ-0001"],
  ["queue", "repair"],
  ["queue", "stop"],
  ["undo"],
] as const;

/** Every file below a directory with its content and mode; an empty directory more or less harms nobody. */
function tree(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .sort()
    .filter((name) => statSync(join(directory, name)).isFile())
    .map((name) => `${name} ${statSync(join(directory, name)).mode.toString(8)} ${readFileSync(join(directory, name), "utf8")}`);
}

function expectOneError(finished: Finished, words: RegExp): void {
  expect(finished).toMatchObject({ code: 1, stdout: "" });
  expect(finished.stderr).toMatch(words);
  expect(finished.stderr.match(/Error:/g)).toHaveLength(1);
  expect(finished.stderr).not.toContain("    at ");
}

/** Books that every command above has something to do in, with one snapshot. */
async function filled(repo: Repository): Promise<void> {
  repo.books([task("RQ-0001", { title: "One" }), task("RQ-0002")]);
  expect(await repo.cueloop("task", "add", "Third")).toMatchObject({ code: 0 });
}

const unprivileged = isRoot ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];

for (const argv of commands) {
  needs(...(isRoot ? ["setpriv"] : []))(`${argv.join(" ")} in a directory that cannot be written changes nothing and says so`, async () => {
    using repo = new Repository({ git: false });
    await filled(repo);
    const runtime = repo.path(".cueloop");
    const folders = [runtime, join(runtime, "cache"), join(runtime, "cache/undo")];
    for (const folder of [repo.base, repo.root, repo.home]) chmodSync(folder, 0o755);
    for (const folder of folders) chmodSync(folder, 0o555);
    const before = tree(runtime);
    const finished = await repo.run([...unprivileged, executable, ...argv]);
    for (const folder of folders) chmodSync(folder, 0o755);
    expectOneError(finished, /cannot be (taken|written).*permission denied/);
    expect(tree(runtime)).toEqual(before);
  });
}

/** Runs a command on a disk with so many free pages; the books before and after it are copied off the disk. */
async function onDisk(repo: Repository, argv: readonly string[], freePages: number): Promise<Finished> {
  const [disk, before, after] = ["disk", "before", "after"].map((name) => join(repo.base, name, String(freePages)));
  for (const folder of [disk, before, after]) mkdirSync(folder ?? "", { recursive: true });
  // The mount lives in a namespace of its own and is gone with the shell.
  const script = [
    `mount -t tmpfs -o size=256k tmpfs ${disk} && cp -a ${repo.root}/.cueloop ${disk}/ && cd ${disk} || exit 99`,
    "dd if=/dev/zero of=filler bs=4096 2>/dev/null",
    `truncate -s -${freePages * 4096} filler`,
    `cp -a .cueloop/. ${before}`,
    `${executable} ${argv.map((word) => `'${word}'`).join(" ")}; code=$?`,
    `cp -a .cueloop/. ${after}; exit $code`,
  ];
  return repo.run(["unshare", "--mount", "sh", "-c", script.join("\n")]);
}

const onOwnDisk = needsMount();

for (const argv of commands) {
  onOwnDisk(`${argv.join(" ")} changes nothing on a disk without room, however little is missing`, async () => {
    using repo = new Repository({ git: false });
    await filled(repo);
    let failures = 0;
    for (let free = 0; failures === free; free += 1) {
      const finished = await onDisk(repo, argv, free);
      if (finished.code === 0) continue;
      failures += 1;
      expectOneError(finished, /no space (is )?left/i);
      expect(tree(join(repo.base, `after/${free}`))).toEqual(tree(join(repo.base, `before/${free}`)));
    }
    expect(failures).toBeGreaterThan(argv[1] === "stop" ? 0 : 2);
  });
}
