import { describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import {
  bootId,
  findByEnvironment,
  hostName,
  type Liveness,
  parentsOf,
  pidNamespace,
  processLiveness,
  processStart,
} from "../../src/base/identity.ts";

const linux = process.platform === "linux";

describe("processLiveness", () => {
  test.each<[number, Liveness]>([
    [process.pid, "running"],
    [process.ppid, "running"],
    [2 ** 31, "dead"],
    [4294967294, "dead"],
    [Number.MAX_SAFE_INTEGER, "dead"],
    [0, "unknown"],
    [-1, "unknown"],
    [1.5, "unknown"],
    [Number.NaN, "unknown"],
  ])("of %d is %s", (pid, expected) => expect(processLiveness(pid)).toBe(expected));

  test("of a process that ended is dead", async () => {
    const child = Bun.spawn(["true"]);
    await child.exited;
    expect(processLiveness(child.pid)).toBe("dead");
    expect(processStart(child.pid)).toBeNull();
  });

  test("of a zombie is dead, where the system tells", async () => {
    if (!linux) return;
    // The shell becomes a program that never asks how its child ended.
    const child = Bun.spawn(["sh", "-c", "sh -c 'echo $$' & exec sleep 300"], { stdout: "pipe" });
    try {
      const { value } = await child.stdout.getReader().read();
      const zombie = Number.parseInt(new TextDecoder().decode(value), 10);
      const end = performance.now() + 4000;
      while (processLiveness(zombie) !== "dead" && performance.now() < end) await Bun.sleep(5);
      expect(processStart(zombie)).not.toBeNull();
      expect(processLiveness(zombie)).toBe("dead");
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  });
});

describe("processStart", () => {
  test("stays the same for one process and is digits, fit for a file name", () => {
    expect(processStart(process.pid)).toMatch(/^\d+$/);
    expect(processStart(process.pid)).toBe(processStart(process.pid));
  });

  test("does not stumble over a program's name with blanks and parentheses", async () => {
    const child = Bun.spawn(["bash", "-c", "printf 'a) R (b' > /proc/$$/comm; echo; read line"], { stdin: "pipe", stdout: "pipe" });
    await child.stdout.getReader().read();
    expect(Number(processStart(child.pid))).toBeGreaterThanOrEqual(Number(processStart(process.pid)));
    expect(parentsOf(child.pid)[0]).toBe(process.pid);
    child.stdin.end();
    await child.exited;
  });

  test.each([0, -1, 1.5, 4294967294])("of %d is unknown", (pid) => expect(processStart(pid)).toBeNull());
});

describe("parentsOf", () => {
  test("names the ancestors, nearest first, up to the first process", () => {
    const parents = parentsOf(process.pid);
    expect(parents[0]).toBe(process.ppid);
    expect(new Set(parents).size).toBe(parents.length);
    expect(parents).not.toContain(process.pid);
    expect(parents).not.toContain(0);
  });

  test("of a grandchild goes through the child", async () => {
    const child = Bun.spawn(["sh", "-c", "sh -c 'echo $$; read line' <&0; true"], { stdin: "pipe", stdout: "pipe" });
    const { value } = await child.stdout.getReader().read();
    const grandchild = Number.parseInt(new TextDecoder().decode(value), 10);
    expect(parentsOf(grandchild).slice(0, 2)).toEqual([child.pid, process.pid]);
    child.stdin.end();
    await child.exited;
  });

  test("of nobody are none", () => expect(parentsOf(4294967294)).toEqual([]));
});

test("host, boot and pid namespace are the ones of this machine", async () => {
  expect(hostName()).toBe(hostname());
  if (!linux) return;
  expect(bootId()).toBe((await Bun.file("/proc/sys/kernel/random/boot_id").text()).trim());
  const link = Bun.spawnSync(["readlink", "/proc/self/ns/pid"]).stdout.toString().trim();
  expect(`pid:[${pidNamespace()}]`).toBe(link);
});

test("a variable that nobody has finds nobody, ourselves included", () => {
  expect(findByEnvironment("CUELOOP_TEST_NOBODY", crypto.randomUUID())).toEqual([]);
});
