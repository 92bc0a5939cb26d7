import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { writeScript } from "../support/agent.ts";
import { statuses } from "../support/books.ts";
import { needs, needsMount } from "../support/needs.ts";
import { expectRefused, readyRepository, treeOf } from "../support/refusal.ts";
import { executable, type Repository } from "../support/repository.ts";

const isRoot = process.getuid?.() === 0;
/** Root may write everywhere, unless it gives that right away. */
const AS_ANYBODY = isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] : [];
const withDroppedRights = needs(...(isRoot ? ["setpriv"] : []));
const PATIENCE_MS = 300_000;

/** Takes the right to write these directories while `use` runs. */
async function readOnly(directories: readonly string[], use: () => Promise<void>): Promise<void> {
  for (const directory of directories) chmodSync(directory, 0o555);
  try {
    await use();
  } finally {
    for (const directory of directories) chmodSync(directory, 0o755);
  }
}

describe("directories that cannot be written", () => {
  for (const [name, directories, words] of [
    ["the runtime directory", [".cueloop"], [/cannot be (taken|written): permission denied/]],
    ["the runtime directory and its cache", [".cueloop", ".cueloop/cache"], [/cannot be written: permission denied/]],
    ["git's refs", [".git/refs", ".git/refs/heads"], [/\.git/, "Check the permissions"]],
    ["git's objects", [".git/objects"], [/permission/, "Check the permissions"]],
  ] as const) {
    for (const line of ["run one", "run loop"]) {
      withDroppedRights(`${name}: cueloop ${line} changes nothing and says why`, async () => {
        using repo = readyRepository();
        mkdirSync(repo.path(".cueloop/cache"), { recursive: true });
        const before = treeOf(repo.root);
        await readOnly(
          directories.map((directory) => repo.path(directory)),
          async () => void (await expectRefused(repo, line, { prefix: AS_ANYBODY, says: words })),
        );
        expect(treeOf(repo.root)).toEqual(before);
        expect(await repo.cueloop("run", "one")).toMatchObject({ code: 0 });
      });
    }
  }

  withDroppedRights("the place for what is trusted: what it is for, and how to have another", async () => {
    using repo = readyRepository();
    await readOnly([repo.home], async () => {
      await expectRefused(repo, "run one", { prefix: AS_ANYBODY, says: ["permission denied", repo.home, "XDG_STATE_HOME"] });
    });
  });

  withDroppedRights("the logs: one warning, and the run goes on", async () => {
    using repo = readyRepository();
    mkdirSync(repo.path(".cueloop/logs"), { recursive: true });
    await readOnly([repo.path(".cueloop/logs")], async () => {
      const run = await repo.run([...AS_ANYBODY, executable, "run", "one"]);
      expect(run.code).toBe(0);
      expect(run.stderr.match(/WARN/g)).toHaveLength(1);
      expect(run.stderr).toMatch(/run log .* goes on without it: .*permission denied/);
    });
    expect(statuses(repo.done())).toEqual(["RQ-0001 done"]);
  });
});

/** Runs `run one` on a disk with so many free pages, then gives it room, checks the books and runs once more. */
async function onDisk(repo: Repository, freePages: number) {
  writeScript(repo, [[{ write: "work.txt", text: "right\n" }], [{ write: "work.txt", text: "right\n" }]]);
  const [disk, result] = ["disk", "result"].map((name) => join(repo.base, name, String(freePages)));
  for (const folder of [disk, result]) mkdirSync(folder ?? "", { recursive: true });
  // The mount lives in a namespace of its own and is gone with the shell.
  const script = [
    `mount -t tmpfs -o size=8m tmpfs ${disk} && cp -a ${repo.root} ${disk}/repo && cd ${disk}/repo || exit 99`,
    "dd if=/dev/zero of=../filler bs=4096 2>/dev/null",
    `truncate -s -${freePages * 4096} ../filler`,
    `"${executable}" run one > ${result}/stdout 2> ${result}/stderr; echo $? > ${result}/code`,
    "rm ../filler",
    `ls -A .cueloop/lock > ${result}/lock 2>/dev/null`,
    `"${executable}" queue validate > /dev/null 2> ${result}/validate; echo $? >> ${result}/code`,
    `"${executable}" run one --resume > /dev/null 2> ${result}/again; echo $? >> ${result}/code`,
    `git log --format=%s > ${result}/commits; git status --porcelain > ${result}/status`,
    `"${executable}" queue list --include-done > ${result}/list`,
  ];
  const shell = await repo.run(["unshare", "--mount", "sh", "-c", script.join("\n")]);
  if (shell.code === 99) throw new Error(shell.stderr);
  const read = (name: string) => readFileSync(join(result ?? "", name), "utf8");
  const [code = "", valid = "", again = ""] = read("code").split("\n");
  return {
    code,
    valid,
    again,
    stderr: read("stderr"),
    lock: read("lock"),
    commits: read("commits"),
    status: read("status"),
    list: read("list"),
  };
}

needsMount()(
  "a full disk, wherever it strikes: one error, valid books, and with room again the task is finished",
  async () => {
    using repo = readyRepository();
    let failures = 0;
    for (let free = 0, successes = 0; successes < 1; free += free < 12 ? 1 : 4) {
      const run = await onDisk(repo, free);
      const what = `${free} free pages: ${JSON.stringify(run)}`;
      if (run.code === "0") successes += 1;
      else {
        failures += 1;
        expect(run.code, what).toBe("1");
        expect(run.stderr.match(/^Error:/gm), what).toHaveLength(1);
        expect(run.stderr, what).not.toContain("\n    at ");
      }
      expect(run, what).toMatchObject({ valid: "0", again: "0", lock: "", status: "" });
      expect(run.list, what).toBe("RQ-0001\tdone\tmedium\tWrite the file\n");
      expect(run.commits, what).toBe("RQ-0001: Write the file\nstart\n");
    }
    expect(failures).toBeGreaterThan(5);
  },
  PATIENCE_MS,
);

describe("a queue that somebody else holds", () => {
  /** Another program of this machine that lives as long as the test, named in a lock as its holder. */
  function held(repo: Repository, label: string): { readonly pid: number } & Disposable {
    const holder = Bun.spawn(["sleep", "600"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
    const lines = [
      `pid: ${holder.pid}`,
      `started_at: ${new Date().toISOString().replace("Z", "000000Z")}`,
      `command: cueloop ${label}`,
      `label: ${label}`,
      `host: ${hostname()}`,
      `boot_id: ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`,
      `pid_ns: ${namespace}`,
    ];
    repo.write({ ".cueloop/lock/owner": `${lines.join("\n")}\n` });
    return { pid: holder.pid, [Symbol.dispose]: () => holder.kill("SIGKILL") };
  }

  test.skipIf(process.platform !== "linux").each(["run one", "run loop", "init --non-interactive", "queue repair", "run one --force"])(
    "cueloop %s names the holder and the way out",
    async (line) => {
      using repo = readyRepository();
      using holder = held(repo, "run loop");
      await expectRefused(repo, line, { says: ["Queue lock already held", `pid: ${holder.pid}`, "run loop", "cueloop queue unlock"] });
    },
  );

  test.skipIf(process.platform !== "linux")("tasks can be added meanwhile, and reads never wait", async () => {
    using repo = readyRepository();
    using _holder = held(repo, "run loop");
    expect(await repo.cueloop("task", "add", "Two")).toMatchObject({ code: 0, stdout: "RQ-0002\tTwo\n" });
    expect(await repo.cueloop("queue", "list")).toMatchObject({ code: 0, stderr: "" });
    expect(repo.read(".cueloop/lock/owner")).toContain("label: run loop");
  });

  test.skipIf(process.platform !== "linux")(
    "a holder that should soon be done is waited for before the run gives up",
    async () => {
      using repo = readyRepository();
      using _holder = held(repo, "queue repair");
      await expectRefused(repo, "run one", { says: ["Queue lock already held", "queue repair"] });
    },
    PATIENCE_MS,
  );
});
