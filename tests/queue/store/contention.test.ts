import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deadPid, Store } from "./store.ts";

const source = new URL("../../../src/queue/store", import.meta.url).pathname;
const support = new URL("./store.ts", import.meta.url).pathname;

/** Takes the lock again and again, counting in a file that only the lock protects; every other time it leaves the lock to a dead process. */
const script = `
import { readFileSync, writeFileSync } from "node:fs";
import { acquireQueueLock } from "${source}/lock.ts";
import { Store } from "${support}";
const [root, label] = process.argv.slice(2);
const at = new Store();
const ctx = { ...at.ctx, runtimeDir: root + "/.cueloop" };
const counter = root + "/counter";
for (let round = 0; round < 15; round += 1) {
  const lock = acquireQueueLock(ctx, label);
  const count = Number(readFileSync(counter, "utf8"));
  Bun.sleepSync(1);
  writeFileSync(counter, String(count + 1));
  if (round % 3 === 2) writeFileSync(root + "/.cueloop/lock/owner", "pid: ${deadPid()}\\nlabel: run loop\\nstarted_at: " + process.pid + "." + round + "\\n");
  else lock.release();
}
at[Symbol.dispose]();
`;

test("six processes never hold the lock together, also when a third of the locks is left by the dead", async () => {
  using at = new Store();
  writeFileSync(join(at.root, "counter"), "0");
  const path = join(at.root, "hold.ts");
  writeFileSync(path, script);
  const children = Array.from({ length: 6 }, () =>
    Bun.spawn([process.execPath, path, at.root, "queue sort"], { stdout: "inherit", stderr: "pipe" }),
  );
  const errors = await Promise.all(children.map((child) => new Response(child.stderr).text()));
  expect(errors.join("")).toBe("");
  expect(await Bun.file(join(at.root, "counter")).text()).toBe("90");
}, 60_000);
