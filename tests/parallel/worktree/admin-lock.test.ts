import { expect, test } from "bun:test";
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { isCueLoopError } from "../../../src/base/errors.ts";
import { AdminLock } from "../../../src/parallel/worktree/admin-lock.ts";
import { place } from "../../support/worktrees.ts";

test("works one after the other, in the order asked for; a failure does not stop the next", async () => {
  using at = await place();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    if (name === "b") throw new Error("b failed");
  };
  const results = await Promise.allSettled(["a", "b", "c"].map((name) => at.admin.run(work(name))));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("work that runs work of its own joins, and does not wait for itself", async () => {
  using at = await place();
  const lock = at.repo.path(".git/cueloop/admin.lock");
  const there = await at.admin.run(() => at.admin.run(async () => existsSync(lock)));
  expect([there, existsSync(lock)]).toEqual([true, false]);
});

test("what is done beside goes one after the other, while others have the lock; a failure does not stop the next", async () => {
  using at = await place();
  const seen: string[] = [];
  const held = Promise.withResolvers<void>();
  const first = at.admin.beside(async () => {
    seen.push("first begins");
    await held.promise;
    seen.push("first ends");
    throw new Error("it failed");
  });
  const second = at.admin.beside(async () => seen.push("second"));
  await at.admin.run(async () => seen.push("with the lock"));
  held.resolve();
  expect((await Promise.allSettled([first, second])).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(seen).toEqual(["first begins", "with the lock", "first ends", "second"]);
});

test("what a piece of work has started joins no longer once that has ended", async () => {
  using at = await place();
  const gate = Promise.withResolvers<void>();
  const stragglers: Promise<boolean>[] = [];
  await at.admin.run(async () => {
    stragglers.push(gate.promise.then(() => at.admin.run(async () => existsSync(at.repo.path(".git/cueloop/admin.lock")))));
  });
  gate.resolve();
  expect(await Promise.all(stragglers)).toEqual([true]);
});

test("waits for another process that holds it, and clears the lock of a dead one", async () => {
  using at = await place();
  const program = `
    import { AdminLock } from ${JSON.stringify(new URL("../../../src/parallel/worktree/admin-lock.ts", import.meta.url).pathname)};
    import { systemClock } from ${JSON.stringify(new URL("../../../src/base/clock.ts", import.meta.url).pathname)};
    const nothing = () => {};
    const log = { error: nothing, warn: nothing, info: nothing, debug: nothing };
    const root = process.argv[2];
    const context = { runtimeDir: root + "/.cueloop", queuePath: root + "/q", donePath: root + "/d", clock: systemClock(), insideRun: null, log, redact: String, signal: new AbortController().signal };
    await new AdminLock(context, root + "/.git").run(async () => {
      console.log("held");
      await Bun.stdin.text();
    });
  `;
  at.repo.write({ "../hold.ts": program });
  const hold = () =>
    Bun.spawn(["bun", "../hold.ts", at.repo.root], {
      cwd: at.repo.root,
      env: at.repo.env,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
  const holder = hold();
  await holder.stdout.getReader().read();
  const waiting = Promise.withResolvers<void>();
  const { clock } = at.ctx;
  const watched = {
    ...clock,
    sleep(ms: number, signal?: AbortSignal) {
      waiting.resolve();
      return clock.sleep(ms, signal);
    },
  };
  let isTaken = false;
  const taken = new AdminLock({ ...at.ctx, clock: watched }, at.repo.path(".git")).run(async () => {
    isTaken = true;
  });
  await waiting.promise;
  expect(isTaken).toBe(false);
  holder.stdin.end();
  await taken;
  expect(await holder.exited).toBe(0);
  const killed = hold();
  await killed.stdout.getReader().read();
  killed.kill("SIGKILL");
  await killed.exited;
  expect(existsSync(at.repo.path(".git/cueloop/admin.lock"))).toBe(true);
  await at.admin.run(async () => undefined);
  expect(existsSync(at.repo.path(".git/cueloop/admin.lock"))).toBe(false);
});

test("a lock whose holder cannot be read is an error that names it", async () => {
  using at = await place();
  const lock = at.repo.path(".git/cueloop/admin.lock");
  mkdirSync(lock, { recursive: true });
  writeFileSync(`${lock}/owner`, "nobody");
  utimesSync(lock, 1000, 1000);
  const error: unknown = await new AdminLock(at.ctx, at.repo.path(".git")).run(async () => undefined).catch((thrown: unknown) => thrown);
  expect(isCueLoopError(error, "parallel.admin_lock_held")).toBe(true);
  expect(String(error)).toContain(lock);
});
