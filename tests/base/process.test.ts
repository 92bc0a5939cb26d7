import { describe, expect, spyOn, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { findByEnvironment, processLiveness, processStart } from "../../src/base/identity.ts";
import {
  endGroup,
  ProcessGroups,
  type ProcessOutcome,
  type ProcessResult,
  type ProcessSpec,
  signalGroup,
  startProcess,
} from "../../src/base/process.ts";

const clock = systemClock();
const env = { PATH: process.env["PATH"] ?? "" };
const never = new AbortController().signal;

const start = (argv: readonly string[], extra: Partial<ProcessSpec> = {}) =>
  startProcess({ clock }, { argv, cwd: tmpdir(), env, signal: never, ...extra });
const run = (argv: readonly string[], extra: Partial<ProcessSpec> = {}): Promise<ProcessResult> => start(argv, extra).result;
const sh = (script: string, extra: Partial<ProcessSpec> = {}) => run(["sh", "-c", script], extra);

/** Leaves the group of the shell that starts it, tells that shell, and stays. */
const detached = "setsid sh -c 'echo gone; kill -USR1 $0; exec sleep 300' $$";

/** Waits, bounded, for a state that only the system can tell. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const end = clock.monotonicMs() + 5000;
  while (!holds()) {
    if (clock.monotonicMs() > end) throw new Error(`still not so: ${what}`);
    await clock.sleep(5);
  }
}

describe("a program that ends by itself", () => {
  test("has its exit code and both outputs", async () => {
    expect(await sh("echo out; echo err >&2; exit 7")).toMatchObject({
      outcome: { kind: "exited", code: 7 },
      stdout: "out\n",
      stderr: "err\n",
      stdoutTruncated: false,
      stderrTruncated: false,
    });
  });

  test("has the signal that ended it", async () => {
    expect((await sh("kill -TERM $$")).outcome).toEqual({ kind: "signaled", signal: "SIGTERM" });
  });

  test("leads its own group and session, and gets only the environment it is given", async () => {
    const handle = start(["sh", "-c", 'echo "$$ $(ps -o pgid= -p $$) $CUELOOP_X $(printenv HOME || echo unset)"'], {
      env: { ...env, CUELOOP_X: "given" },
    });
    const { stdout } = await handle.result;
    expect(stdout.trim().split(/\s+/)).toEqual([String(handle.pid), String(handle.pid), "given", "unset"]);
  });

  test("reads an empty input where none is given", async () => {
    expect(await run(["cat"])).toMatchObject({ outcome: { kind: "exited", code: 0 }, stdout: "" });
    expect(await run(["cat"], { stdin: "" })).toMatchObject({ outcome: { kind: "exited", code: 0 }, stdout: "" });
  });
});

describe("input", () => {
  test("of 10 MB reaches a child that answers while it reads", async () => {
    const text = "é".repeat(5_000_000);
    const result = await run(["cat"], { stdin: text, tailBytes: 20_000_000 });
    expect(result.outcome).toEqual({ kind: "exited", code: 0 });
    expect(result.stdout === text).toBe(true);
  });

  test("of 10 MB that is never read leaves the child its own exit code", async () => {
    expect((await sh("exec 0<&-; echo went; exit 3", { stdin: "x".repeat(10_000_000) })).outcome).toEqual({ kind: "exited", code: 3 });
  });

  test("that is never read does not keep a child from being stopped", async () => {
    const result = await sh("echo ready; exec sleep 60", { stdin: "x".repeat(10_000_000), idleTimeoutMs: 200 });
    expect(result.outcome).toEqual({ kind: "timeout", limit: "idle", limitMs: 200 });
  });
});

describe("output", () => {
  test("keeps the last bytes, cut at a character, and says so", async () => {
    const result = await run(["cat"], { stdin: `${"é".repeat(1000)}\n`, tailBytes: 10 });
    expect(result).toMatchObject({ stdout: "éééé\n", stdoutTruncated: true, stderrTruncated: false });
  });

  test("of exactly the limit is whole", async () => {
    expect(await run(["cat"], { stdin: "1234567890", tailBytes: 10 })).toMatchObject({ stdout: "1234567890", stdoutTruncated: false });
  });

  test("of 50 MB is heard whole although little is kept", async () => {
    let heard = 0;
    const result = await sh("head -c 50000000 /dev/zero", {
      onStdout: (text) => {
        heard += text.length;
      },
    });
    expect(heard).toBe(50_000_000);
    expect(result.stdout.length).toBe(256 * 1024);
  });

  test("is heard with split characters joined and broken ones replaced", async () => {
    const heard: string[] = [];
    const script = "printf '\\303'; sleep 0.1; printf '\\251|'; printf '\\377|\\360\\237'";
    const result = await sh(script, { onStdout: (text) => heard.push(text) });
    expect(heard.join("")).toBe("é|\uFFFD|\uFFFD");
    expect(heard.every((text) => text !== "")).toBe(true);
    expect(result.stdout).toBe("é|\uFFFD|\uFFFD");
  });

  test("keeps a byte order mark", async () => {
    let heard = "";
    const result = await sh("printf '\\357\\273\\277a'", { onStdout: (text) => (heard += text) });
    expect([result.stdout, heard]).toEqual(["\uFEFFa", "\uFEFFa"]);
  });

  test("goes to its own listener", async () => {
    const heard: string[] = [];
    await sh("echo out; echo err >&2", { onStdout: (text) => heard.push(`1${text}`), onStderr: (text) => heard.push(`2${text}`) });
    expect(heard.sort()).toEqual(["1out\n", "2err\n"]);
  });
});

describe("what is left of the group after the exit", () => {
  test("is killed, so that its open pipes hold nobody up", async () => {
    const result = await sh("sleep 300 & echo $!");
    expect(result.outcome).toEqual({ kind: "exited", code: 0 });
    expect(result.durationMs).toBeLessThan(4000);
    const grandchild = Number(result.stdout);
    await until("the grandchild is gone", () => processLiveness(grandchild) === "dead");
  });

  test("is waited for no longer than five seconds where it left the group", async () => {
    const mark = crypto.randomUUID();
    const started = clock.monotonicMs();
    const result = await sh(`trap 'exit 4' USR1; ${detached} <&0 & wait`, {
      stdin: "x".repeat(10_000_000),
      env: { ...env, CUELOOP_TEST_MARK: mark },
    });
    const elapsed = clock.monotonicMs() - started;
    expect(result).toMatchObject({ outcome: { kind: "exited", code: 4 }, stdout: "gone\n" });
    expect(elapsed).toBeGreaterThan(4900);
    expect(elapsed).toBeLessThan(9000);
    expect(result.durationMs).toBeLessThan(4000);
    for (const { group } of findByEnvironment("CUELOOP_TEST_MARK", mark)) signalGroup(group, "SIGKILL");
  }, 15_000);
});

describe("a process we tell to stop is never a success", () => {
  const ready = (script: string, extra: Partial<ProcessSpec>, then: (handle: { end(): void }) => void) => {
    const handle = start(["sh", "-c", script], { ...extra, onStdout: (text) => text.includes("ready") && then(handle) });
    return handle.result;
  };
  const politely = "trap 'exit 0' INT; echo ready; while :; do sleep 0.05; done";

  test("interrupted, though it exits with 0", async () => {
    const control = new AbortController();
    const { outcome } = await ready(politely, { signal: control.signal }, () => control.abort());
    expect(outcome).toEqual({ kind: "interrupted" });
  });

  test("ended on purpose, with the code it chose", async () => {
    const { outcome } = await ready("trap 'exit 5' INT; echo ready; while :; do sleep 0.05; done", {}, (handle) => handle.end());
    expect(outcome).toEqual({ kind: "ended", code: 5 });
  });

  test("ended on purpose by the signal itself: no code", async () => {
    const { outcome } = await ready("echo ready; exec sleep 300", {}, (handle) => handle.end());
    expect(outcome).toEqual({ kind: "ended", code: null });
  });

  test("killed after the grace when it ignores SIGINT, its children with it", async () => {
    const started = clock.monotonicMs();
    const result = await ready("trap '' INT; sleep 300 & echo $!; echo ready; wait; sleep 300", { graceMs: 200 }, (handle) => handle.end());
    expect(result.outcome).toEqual({ kind: "ended", code: null });
    expect(clock.monotonicMs() - started).toBeGreaterThan(190);
    await until("its child is gone", () => processLiveness(Number.parseInt(result.stdout, 10)) === "dead");
  });

  test("killed though it is stopped", async () => {
    const { outcome } = await ready("echo ready; kill -STOP $$; sleep 300", { graceMs: 100 }, (handle) => handle.end());
    expect(outcome).toEqual({ kind: "ended", code: null });
  });

  test("the whole time is limited, though there is output", async () => {
    const { outcome } = await sh("while :; do echo x; sleep 0.02; done", { timeoutMs: 200, idleTimeoutMs: 10_000 });
    expect(outcome).toEqual({ kind: "timeout", limit: "total", limitMs: 200 });
  });

  test("silence is limited", async () => {
    const { outcome } = await sh("echo x; sleep 300", { timeoutMs: 60_000, idleTimeoutMs: 150 });
    expect(outcome).toEqual({ kind: "timeout", limit: "idle", limitMs: 150 });
  });

  test("output on either stream puts the limit of silence off", async () => {
    const { outcome } = await sh("for i in 1 2 3 4 5 6; do echo x >&2; sleep 0.1; done", { idleTimeoutMs: 400 });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
  });

  test("the first reason stays the reason", async () => {
    const control = new AbortController();
    const { outcome } = await ready(politely, { signal: control.signal }, (handle) => {
      handle.end();
      control.abort();
    });
    expect(outcome).toEqual({ kind: "ended", code: 0 });
  });

  test("what comes after the exit changes nothing", async () => {
    const control = new AbortController();
    const handle = start(["true"], { signal: control.signal });
    const { outcome } = await handle.result;
    control.abort();
    handle.end();
    expect(outcome).toEqual({ kind: "exited", code: 0 });
  });

  test("not started at all when it is too late already", async () => {
    const handle = start(["true"], { signal: AbortSignal.abort() });
    expect(handle.pid).toBeNull();
    expect((await handle.result).outcome).toEqual({ kind: "interrupted" });
  });
});

test.each([0, 2 ** 31 + 5])("a limit of %d ms does not end a process that is quick", async (limit) => {
  expect((await run(["true"], { timeoutMs: limit, idleTimeoutMs: limit })).outcome).toEqual({ kind: "exited", code: 0 });
});

describe("what cannot be started", () => {
  const directory = mkdtempSync(join(tmpdir(), "cueloop-process-"));
  const file = (name: string, text: string, mode: number) => {
    writeFileSync(join(directory, name), text, { mode });
    return join(directory, name);
  };
  const plain = file("plain", "just text\n", 0o755);
  const orphan = file("orphan", "#!/nope/interpreter\n", 0o755);
  const locked = file("locked", "#!/bin/sh\n", 0o644);
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));

  test.each<[name: string, argv: string[], cwd: string, kind: ProcessOutcome["kind"], says: RegExp]>([
    ["a name that is not on PATH", ["cueloop-no-such-program"], directory, "missing_binary", /^cueloop-no-such-program$/],
    ["a path that is not there", [join(directory, "nope")], directory, "missing_binary", /nope$/],
    ["a relative path that is not there", ["./nope"], directory, "missing_binary", /^\.\/nope$/],
    ["a directory that is not there", ["true"], join(directory, "gone"), "spawn_failed", /the working directory .*gone does not exist/],
    [
      "a directory and a program that are not there",
      [join(directory, "nope")],
      join(directory, "gone"),
      "spawn_failed",
      /working directory/,
    ],
    ["a directory that is a file", ["true"], plain, "spawn_failed", /plain is not a directory/],
    ["a file that is not executable", [locked], directory, "spawn_failed", /locked is not executable/],
    ["a directory as a program", [directory], directory, "spawn_failed", /is not executable/],
    ["a script whose interpreter is missing", [orphan], directory, "spawn_failed", /interpreter named in the first line of .*orphan/],
    ["a relative script whose interpreter is missing", ["./orphan"], directory, "spawn_failed", /interpreter/],
    ["a file that is no program", [plain], directory, "spawn_failed", /neither a program/],
    ["arguments that are too long", ["true", "x".repeat(3_000_000)], directory, "spawn_failed", /too long/],
    ["a NUL in an argument", ["true", "secret\0"], directory, "spawn_failed", /^[^\0]*NUL character$/],
    ["no program", [], directory, "spawn_failed", /no program/],
  ])("%s", async (_, argv, cwd, kind, says) => {
    const handle = start(argv, { cwd });
    const { outcome } = await handle.result;
    handle.end();
    expect(handle.pid).toBeNull();
    expect(outcome.kind).toBe(kind);
    expect("reason" in outcome ? outcome.reason : "program" in outcome ? outcome.program : "").toMatch(says);
  });

  test("a relative program is looked for in the child's directory", async () => {
    file("here", "#!/bin/sh\nexit 9\n", 0o755);
    expect((await run(["./here"], { cwd: directory })).outcome).toEqual({ kind: "exited", code: 9 });
  });

  test("a bare name is looked for on the child's PATH", async () => {
    file("mine", "#!/bin/sh\nexit 8\n", 0o755);
    expect((await run(["mine"], { env: { PATH: `${directory}:${env.PATH}` } })).outcome).toEqual({ kind: "exited", code: 8 });
  });
});

describe("a callback that throws", () => {
  test.each<[name: string, extra: Partial<ProcessSpec>]>([
    [
      "at the start",
      {
        onSpawn: () => {
          throw new Error("thrown by a callback");
        },
      },
    ],
    [
      "at output",
      {
        onStdout: () => {
          throw new Error("thrown by a callback");
        },
      },
    ],
  ])("%s ends the group, and its error arrives at the one who waits", async (_, extra) => {
    const groups = new ProcessGroups();
    const handle = start(["sh", "-c", "trap '' INT; echo a; sleep 300"], { ...extra, groups });
    await expect(handle.result).rejects.toThrow("thrown by a callback");
    await until("the process is gone", () => processLiveness(handle.pid ?? 0) === "dead");
  });
});

describe("groups", () => {
  test("hold a process while it lives, and can be killed together", async () => {
    const groups = new ProcessGroups();
    const live = [start(["sleep", "300"], { groups }), start(["sleep", "300"], { groups })];
    const over = start(["true"], { groups });
    await over.result;
    groups.killAll("SIGKILL");
    const outcomes = await Promise.all(live.map(async ({ result }) => (await result).outcome));
    expect(outcomes).toEqual([
      { kind: "signaled", signal: "SIGKILL" },
      { kind: "signaled", signal: "SIGKILL" },
    ]);
  });

  test("onSpawn is told the id before startProcess returns", async () => {
    const told: (number | null)[] = [];
    const handle = start(["true"], { onSpawn: (pid) => told.push(pid) });
    expect(handle.pid).not.toBeNull();
    expect(told).toEqual([handle.pid]);
    await handle.result;
  });

  test.each([0, 1, -1, -5, 1.5, Number.NaN])("the number %p names no group of a child: nothing is signalled", async (leader) => {
    const sent: number[] = [];
    const spy = spyOn(process, "kill").mockImplementation((pid) => {
      sent.push(pid);
      return true;
    });
    try {
      signalGroup(leader, "SIGKILL");
      await endGroup(clock, leader, 0);
    } finally {
      spy.mockRestore();
    }
    expect(sent).toEqual([]);
  });

  test("a foreign group is ended with its children: SIGINT where it listens, SIGKILL where it does not", async () => {
    const mark = crypto.randomUUID();
    const script = "trap '' INT; sleep 300 & echo ready; wait; sleep 300";
    const child = Bun.spawn(["sh", "-c", script], { env: { ...env, CUELOOP_TEST_MARK: mark }, stdout: "pipe", detached: true });
    await child.stdout.getReader().read();
    await endGroup(clock, child.pid, 100);
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
    await until("all of it is gone", () =>
      findByEnvironment("CUELOOP_TEST_MARK", mark).every(({ pid }) => processLiveness(pid) === "dead"),
    );
  });

  test("a group that goes by itself is not waited for", async () => {
    const child = Bun.spawn(["sleep", "300"], { env, detached: true });
    const started = clock.monotonicMs();
    await endGroup(clock, child.pid, 30_000);
    await child.exited;
    expect(child.signalCode).toBe("SIGINT");
    expect(clock.monotonicMs() - started).toBeLessThan(5000);
  });
});

test("detached grandchildren are found by a variable of their environment", async () => {
  const mark = crypto.randomUUID();
  const handle = start(["sh", "-c", `trap 'exit 0' USR1; ${detached} >/dev/null 2>&1 & wait`], {
    env: { ...env, CUELOOP_TEST_MARK: mark, CUELOOP_KEEP: "1" },
  });
  await handle.result;
  await until("it is found", () => findByEnvironment("CUELOOP_TEST_MARK", mark).length === 1);
  const [found] = findByEnvironment("CUELOOP_TEST_MARK", mark);
  expect(found).toMatchObject({ start: processStart(found?.pid ?? 0) });
  expect(found?.group).not.toBe(handle.pid ?? 0);
  expect(found?.environment.get("CUELOOP_KEEP")).toBe("1");
  expect(findByEnvironment("CUELOOP_TEST_MARK", mark.slice(1))).toEqual([]);
  expect(findByEnvironment("UELOOP_TEST_MARK", mark)).toEqual([]);
  await endGroup(clock, found?.group ?? 0, 1000);
  await until("it is gone", () => processLiveness(found?.pid ?? 0) === "dead");
});

test("time is taken from the clock that is given", async () => {
  let now = 0;
  const fake: Clock = { ...clock, monotonicMs: () => now };
  const handle = startProcess(
    { clock: fake },
    { argv: ["sh", "-c", "read line"], cwd: tmpdir(), env, signal: never, stdin: "x\n", onSpawn: () => (now = 1234) },
  );
  expect((await handle.result).durationMs).toBe(1234);
});

test("a program that started processes can itself end at once", async () => {
  const file = join(import.meta.dir, "../../src/base");
  const script = `
    import { startProcess } from "${file}/process.ts";
    import { systemClock } from "${file}/clock.ts";
    const spec = { cwd: "/", env: { PATH: process.env.PATH }, signal: new AbortController().signal };
    const { outcome } = await startProcess({ clock: systemClock() }, { ...spec, argv: ["true"], timeoutMs: 60_000, idleTimeoutMs: 60_000 }).result;
    console.log(outcome.kind);`;
  expect(existsSync(file)).toBe(true);
  expect(await run([process.execPath, "-e", script], { timeoutMs: 10_000 })).toMatchObject({
    outcome: { kind: "exited", code: 0 },
    stdout: "exited\n",
  });
});
