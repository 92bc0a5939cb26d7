import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../src/base/files.ts";
import { stageFile } from "../../../src/queue/store/staged.ts";
import { Store } from "./store.ts";

const LONG = 300_000;

test.each([
  ["nothing", []],
  ["an empty part between others", ["a", "", "b"]],
  ["a long part", ["x".repeat(LONG)]],
  ["characters of several bytes, at every offset of the buffer", ["é", "日本".repeat(LONG), "x", "😀".repeat(LONG), "y", "é".repeat(LONG)]],
  ["many short parts", Array.from({ length: 50_000 }, (_, index) => `part ${index} é\n`)],
])("%s is written and hashed whole", (_, parts) => {
  using store = new Store();
  const path = join(store.root, "file");
  const hasher = new Bun.CryptoHasher("sha256");
  stageFile(path, parts, hasher).commit();
  const text = parts.join("");
  expect(readFileSync(path, "utf8") === text).toBe(true);
  expect(hasher.digest("hex")).toBe(sha256(text));
});
