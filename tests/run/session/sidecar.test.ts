import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readSidecar, sidecarPath } from "../../../src/run/session/sidecar.ts";

test.each([
  ["there is none", () => {}],
  ["it is no JSON", (path: string) => writeFileSync(path, "{nope")],
  ["it lacks what it must have", (path: string) => writeFileSync(path, "{}")],
  ["a directory is in its place", (path: string) => mkdirSync(path)],
])("no sidecar is read where %s", (_name, put) => {
  const runtimeDir = mkdtempSync(join(tmpdir(), "cueloop-sidecar-"));
  try {
    mkdirSync(dirname(sidecarPath(runtimeDir)), { recursive: true });
    put(sidecarPath(runtimeDir));
    expect(readSidecar(runtimeDir)).toBeNull();
  } finally {
    rmSync(runtimeDir, { recursive: true, force: true });
  }
});
