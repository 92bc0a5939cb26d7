import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDirectory, readTextIfExists, removeStaleTemps, sha256, writeAtomic } from "../../src/base/files.ts";
import { processStart } from "../../src/base/identity.ts";
import { codeOf, errorOf } from "../support/errors.ts";
import { needs } from "../support/needs.ts";

const base = mkdtempSync(join(tmpdir(), "cueloop-files-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let directory = base;
beforeEach(() => {
  directory = mkdtempSync(join(base, "case-"));
});
const at = (name: string) => join(directory, name);
const modeOf = (path: string) => statSync(path).mode & 0o7777;

describe("writeAtomic", () => {
  test("writes text and bytes, and leaves nothing else behind", () => {
    writeAtomic(at("text"), "é\n");
    writeAtomic(at("bytes"), new Uint8Array([0, 255, 10]));
    writeAtomic(at("empty"), "");
    expect(readFileSync(at("text"), "utf8")).toBe("é\n");
    expect([...readFileSync(at("bytes"))]).toEqual([0, 255, 10]);
    expect(readFileSync(at("empty"), "utf8")).toBe("");
    expect(readdirSync(directory).sort()).toEqual(["bytes", "empty", "text"]);
  });

  test("replaces the file instead of writing into it", () => {
    writeAtomic(at("file"), "old");
    const before = statSync(at("file")).ino;
    writeAtomic(at("file"), "new");
    expect(readFileSync(at("file"), "utf8")).toBe("new");
    expect(statSync(at("file")).ino).not.toBe(before);
  });

  test("makes the directories that are missing", () => {
    writeAtomic(at("a/b/c"), "x");
    expect(readFileSync(at("a/b/c"), "utf8")).toBe("x");
  });

  test.each([
    [0o022, undefined, 0o644],
    [0o077, undefined, 0o600],
    [0o002, undefined, 0o644],
    [0o022, 0o600, 0o600],
    [0o022, 0o755, 0o755],
  ])("with umask %o and mode %o a new file gets %o", (umask, mode, expected) => {
    const previous = process.umask(umask);
    try {
      writeAtomic(at("file"), "x", mode === undefined ? {} : { mode });
    } finally {
      process.umask(previous);
    }
    expect(modeOf(at("file"))).toBe(expected);
  });

  test.each([0o600, 0o640, 0o755, 0o444, 0o666])("keeps the mode %o of the file that is there, whatever is asked", (mode) => {
    writeFileSync(at("file"), "old");
    chmodSync(at("file"), mode);
    writeAtomic(at("file"), "new", { mode: 0o611 });
    expect([readFileSync(at("file"), "utf8"), modeOf(at("file"))]).toEqual(["new", mode]);
  });

  test("replaces what a chain of links points to and leaves the links", () => {
    mkdirSync(at("real"));
    writeFileSync(at("real/file"), "old", { mode: 0o600 });
    symlinkSync("real/file", at("second"));
    symlinkSync(at("second"), at("first"));
    writeAtomic(at("first"), "new");
    expect(lstatSync(at("first")).isSymbolicLink()).toBe(true);
    expect(lstatSync(at("second")).isSymbolicLink()).toBe(true);
    expect([readFileSync(at("real/file"), "utf8"), modeOf(at("real/file"))]).toEqual(["new", 0o600]);
    expect(readdirSync(at("real"))).toEqual(["file"]);
  });

  test("makes what a dangling link points to", () => {
    symlinkSync("gone/file", at("link"));
    writeAtomic(at("link"), "new");
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("gone/file"), "utf8")).toBe("new");
  });

  test("writes below a linked directory", () => {
    mkdirSync(at("real"));
    symlinkSync("real", at("linked"));
    writeAtomic(at("linked/../linked/file"), "x");
    expect(readFileSync(at("real/file"), "utf8")).toBe("x");
  });

  test("is not led astray by a link in the place of its temporary file", () => {
    writeFileSync(at("victim"), "untouched");
    symlinkSync("victim", at(`.file.tmp-${process.pid}-${processStart(process.pid)}`));
    writeAtomic(at("file"), "x");
    expect(readFileSync(at("victim"), "utf8")).toBe("untouched");
    expect(readdirSync(directory).sort()).toEqual(["file", "victim"]);
  });

  test.each<[name: string, prepare: () => void, target: string, says: RegExp]>([
    ["onto a directory", () => mkdirSync(at("target")), "target", /it is a directory/],
    ["below a file", () => writeFileSync(at("file"), ""), "file/target", /a part of its path is not a directory/],
    ["through a link to itself", () => symlinkSync("circle", at("circle")), "circle", /too many levels/],
  ])("%s fails by name and leaves nothing behind", async (_, prepare, target, says) => {
    prepare();
    const before = readdirSync(directory);
    const error = await errorOf(() => writeAtomic(at(target), "x"));
    expect(error).toMatchObject({ code: "file.unwritable", where: { file: at(target) } });
    expect(error.message).toStartWith(at(target));
    expect(error.message).toMatch(says);
    expect(readdirSync(directory)).toEqual(before);
  });
});

/** Runs `writeAtomic(file, "new")` in a process of its own whose system calls fail as told. */
async function writeWhile(injection: string): Promise<{ printed: string; signal: string | null }> {
  const script = `
    import { writeAtomic } from "${join(import.meta.dir, "../../src/base/files.ts")}";
    try { writeAtomic("${at("file")}", "new"); console.log("written"); } catch (error) { console.log(error.code + " " + error.message); }`;
  writeFileSync(at("file"), "old");
  const calls = injection.slice(0, injection.indexOf(":"));
  const child = Bun.spawn(
    ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${calls}`, "-e", `inject=${injection}`, process.execPath, "-e", script],
    {
      stdout: "pipe",
    },
  );
  const printed = await new Response(child.stdout).text();
  await child.exited;
  return { printed, signal: child.signalCode === null ? null : String(child.signalCode) };
}

const RENAME = "rename,renameat,renameat2";

describe("when the system fails", () => {
  const withStrace = needs("strace");

  withStrace.each([
    ["fsync:error=EIO:when=1", /file\.unwritable .*EIO|file\.unwritable .*i\/o/i],
    ["fsync:error=ENOSPC:when=1", /file\.unwritable .*no space is left/],
    [`${RENAME}:error=EROFS:when=1`, /file\.unwritable .*read-only/],
    [`${RENAME}:error=EACCES:when=1`, /file\.unwritable .*permission denied/],
  ])("%s: the old file stands, and nothing is left behind", async (injection, says) => {
    expect((await writeWhile(injection)).printed).toMatch(says);
    expect([readFileSync(at("file"), "utf8"), readdirSync(directory)]).toEqual(["old", ["file"]]);
  });

  withStrace("a directory that cannot be synced is no error", async () => {
    expect((await writeWhile("fsync:error=EINVAL:when=2")).printed).toBe("written\n");
    expect(readFileSync(at("file"), "utf8")).toBe("new");
  });

  withStrace("killed before the rename: the old file stands, and the next one clears up", async () => {
    const { signal } = await writeWhile(`${RENAME}:error=EIO:signal=SIGKILL:when=1`);
    expect(signal).toBe("SIGKILL");
    expect(readFileSync(at("file"), "utf8")).toBe("old");
    expect(readdirSync(directory)).toHaveLength(2);
    removeStaleTemps(directory);
    expect(readdirSync(directory)).toEqual(["file"]);
  });
});

describe("removeStaleTemps", () => {
  const start = processStart(process.pid) ?? "";
  test.each([
    ["of a dead process", ".queue.jsonc.tmp-4294967294-1", true],
    ["of a process whose number was given again", `.queue.jsonc.tmp-${process.pid}-${start}1`, true],
    ["of this process", `.queue.jsonc.tmp-${process.pid}-${start}`, false],
    ["of a live process whose start was not known", `.queue.jsonc.tmp-${process.pid}-0`, false],
    ["that is no temporary file of ours", "queue.jsonc.tmp-4294967294-1", false],
    ["that only begins like one", ".queue.jsonc.tmp-4294967294-1.bak", false],
    ["that is the file itself", "queue.jsonc", false],
  ])("a file %s (%s) is deleted: %p", (_, name, deleted) => {
    writeFileSync(at(name), "");
    removeStaleTemps(directory);
    expect(readdirSync(directory)).toEqual(deleted ? [] : [name]);
  });

  test("leaves directories alone and bears a directory that is not there", () => {
    mkdirSync(at(".x.tmp-4294967294-1"));
    removeStaleTemps(directory);
    removeStaleTemps(at("gone"));
    expect(readdirSync(directory)).toEqual([".x.tmp-4294967294-1"]);
  });
});

test("readTextIfExists tells a missing file from one that cannot be read", async () => {
  writeFileSync(at("file"), "é");
  expect(readTextIfExists(at("file"))).toBe("é");
  expect(readTextIfExists(at("gone"))).toBeNull();
  expect(readTextIfExists(at("gone/file"))).toBeNull();
  const error = await errorOf(() => readTextIfExists(directory));
  expect(error).toMatchObject({ code: "file.unreadable", where: { file: directory } });
  expect(error.message).toMatch(/it is a directory/);
  expect(await codeOf(() => readTextIfExists(at("file/below")))).toBe("file.unreadable");
});

test("ensureDirectory makes what is missing and names what is in the way", async () => {
  ensureDirectory(at("a/b"));
  ensureDirectory(at("a/b"));
  expect(statSync(at("a/b")).isDirectory()).toBe(true);
  writeFileSync(at("file"), "");
  expect(await codeOf(() => ensureDirectory(at("file")))).toBe("file.unwritable");
});

test("sha256 hashes text as UTF-8", () => {
  expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(sha256("é")).toBe(sha256(new Uint8Array([0xc3, 0xa9])));
});
