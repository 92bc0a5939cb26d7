import { afterAll, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { changedFingerprints, fingerprint, fingerprintPaths } from "../../../src/git/state/fingerprint.ts";
import { removeDirectories, TestRepository } from "../repository.ts";

afterAll(removeDirectories);

function directory(): TestRepository {
  const place = new TestRepository();
  place.write("file", "content");
  place.write("dir/a", "1");
  place.write("dir/deep/b", "2");
  place.link("link", "file");
  return place;
}

test.each<[string, string, (place: TestRepository) => void, boolean]>([
  ["a file's content", "file", (place) => place.write("file", "other"), true],
  ["a file's mode alone", "file", (place) => place.write("file", "content", 0o755), false],
  ["a file's removal", "file", (place) => place.remove("file"), true],
  [
    "a file becoming a link to the same content",
    "file",
    (place) => {
      place.remove("file");
      place.link("file", "dir/a");
    },
    true,
  ],
  [
    "a link's target",
    "link",
    (place) => {
      place.remove("link");
      place.link("link", "dir");
    },
    true,
  ],
  ["what a link points to", "link", (place) => place.write("file", "other"), false],
  ["a file deep in a directory", "dir", (place) => place.write("dir/deep/b", "3"), true],
  ["a new empty file in a directory", "dir", (place) => place.write("dir/deep/c", ""), true],
  [
    "a renamed file in a directory",
    "dir",
    (place) => {
      place.remove("dir/a");
      place.write("dir/z", "1");
    },
    true,
  ],
  ["something appearing", "absent", (place) => place.write("absent", ""), true],
  ["something beside it", "dir", (place) => place.write("dirt", "x"), false],
])("%s", async (_, path, change, isChange) => {
  const place = directory();
  const recorded = await fingerprintPaths(place.root, [path]);
  expect(await changedFingerprints(place.root, recorded)).toEqual([]);
  change(place);
  expect(await changedFingerprints(place.root, recorded)).toEqual(isChange ? [path] : []);
});

test("absent is null, also below a file", async () => {
  const place = directory();
  expect([await fingerprint(join(place.root, "no")), await fingerprint(join(place.root, "file/below"))]).toEqual([null, null]);
});

test("a named pipe is not opened", async () => {
  const place = directory();
  execFileSync("mkfifo", [join(place.root, "dir/pipe")]);
  expect(await fingerprint(join(place.root, "dir/pipe"))).toBe("special");
  expect(await fingerprint(join(place.root, "dir"))).toStartWith("directory:");
});
