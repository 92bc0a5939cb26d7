import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../src/commands/registry.ts";
import { allowCode, cueloopWith, digestOf, trustDirectory, withCode } from "../support/code.ts";
import { needs } from "../support/needs.ts";
import { executable, Repository, task } from "../support/repository.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell", "elvish"] as const;

/** Runs a script in a shell that finds `cueloop` on its path. */
async function inShell(repo: Repository, shell: string, script: string): Promise<string> {
  const bin = join(repo.base, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(executable, join(bin, "cueloop"));
  const run = await repo.run([shell, "-c", script], { env: { PATH: `${bin}:${repo.env["PATH"]}` } });
  expect(run.stderr).toBe("");
  return run.stdout;
}

/** What bash offers for the last of the words. */
function inBash(repo: Repository, ...words: string[]): Promise<string> {
  const typed = words.map((word) => `'${word}'`).join(" ");
  const script = `eval "$(cueloop completions bash)"; COMP_WORDS=(cueloop ${typed}); COMP_CWORD=${words.length}; _cueloop cueloop; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return inShell(repo, "bash", script);
}

describe("completions", () => {
  test.each(SHELLS)("%s: a small script on stdout, nothing else, without any repository", async (shell) => {
    using repo = new Repository({ git: false });
    const result = await repo.cueloop("completions", shell);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout.length).toBeLessThan(5 * 1024);
    expect(result.stdout).toContain("cueloop");
  });

  test.each(SHELLS)("%s into a closed pipe ends quietly", async (shell) => {
    using repo = new Repository({ git: false });
    const result = await repo.run(["bash", "-c", `set -o pipefail; "$CUELOOP" completions ${shell} | true`], {
      env: { CUELOOP: executable },
    });
    expect(result).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test.each<[string[], string]>([
    [["queue", "l"], "list\n"],
    [["task", "status", "d"], "draft\ndoing\ndone\n"],
    [["queue", "list", "--format", "=", "l"], "long\n"],
    [["queue", "list", "--scheduled-"], "--scheduled-after\n--scheduled-before\n"],
    [["completions", "z"], "zsh\n"],
  ])("bash completes %j", async (words, expected) => {
    using repo = new Repository({ git: false });
    expect(await inBash(repo, ...words)).toBe(expected);
  });

  test("bash offers files where a path is due, blanks and all", async () => {
    using repo = new Repository({ git: false });
    repo.write({ "req one.json": "", "req two.json": "", other: "" });
    expect((await inBash(repo, "task", "insert", "--input", "req")).split("\n").sort()).toEqual(["", "req one.json", "req two.json"]);
  });

  needs("zsh")("zsh parses its script and completes", async () => {
    using repo = new Repository({ git: false });
    const script = `source <(cueloop completions zsh); _describe() { print -l -- "\${found[@]}"; }; _files() { print FILES; }`;
    const typed =
      "words=(cueloop task st); CURRENT=3; PREFIX=st; _cueloop; words=(cueloop task insert --input ''); CURRENT=5; PREFIX=; _cueloop";
    expect(await inShell(repo, "zsh", `${script}; ${typed}`)).toBe(
      "start:Begin a task by hand: its status becomes doing.\nstatus:Set the status of tasks.\nFILES\n",
    );
  });

  needs("fish")("fish parses its script and completes", async () => {
    using repo = new Repository({ git: false });
    const script = 'cueloop completions fish | source; complete -C "cueloop task st"; complete -C "cueloop queue list --format "';
    expect(await inShell(repo, "fish", script)).toBe(
      "start\tBegin a task by hand: its status becomes doing.\nstatus\tSet the status of tasks.\ncompact\njson\nlong\n",
    );
  });
});

describe("commands of the repository", () => {
  const CONFIG = `import { appendFileSync } from "node:fs";
import { v } from "cueloop";
appendFileSync("ran", "x");
export default { commands: { triage: {
  description: "List stale\ttasks",
  args: v.object({ kind: v.picklist(["old", "new"]), more: v.optional(v.array(v.picklist(["a", "b"]))) }),
  flags: v.object({
    fix: v.boolean(),
    staleDays: v.optional(v.pipe(v.number(), v.description("ID: days"))),
    level: v.optional(v.picklist(["low", "$(touch x)", "high"])),
    only: v.optional(v.picklist(["one"])),
  }),
  run() {},
} } };
`;
  const offered = async (repo: Repository, ...words: string[]) => {
    const { code, stdout, stderr } = await repo.cueloop("__complete", "--", ...words);
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  };

  test("are offered as they were when they ran last, and nothing runs for it", async () => {
    using repo = new Repository();
    await withCode(repo, CONFIG);
    expect(await offered(repo, "tri")).toBe("");
    expect((await repo.cueloop("gate")).code).toBe(0);
    expect(repo.read("ran")).toBe("x");
    expect(await offered(repo, "tri")).toBe("triage\tList stale tasks\n");
    expect(await offered(repo, "")).toMatch(/^triage\t/m);
    expect(await offered(repo, "triage", "--")).toMatch(
      /^--fix\n--stale-days\tNUMBER: ID: days\n--level\tlow\|high:\n--only\tone\|:\n--format\t/,
    );
    expect(await offered(repo, "triage", "--stale-days", "")).toBe("");
    expect(await offered(repo, "triage", "--level", "")).toBe("low\nhigh\n");
    expect(await offered(repo, "triage", "--only=")).toBe("--only=one\n");
    expect(await offered(repo, "triage", "--fix", "o")).toBe("old\n");
    expect(await offered(repo, "triage", "new", "b", "")).toBe("a\nb\n");
    expect(repo.read("ran")).toBe("x");
  });

  test("are gone with the consent to them", async () => {
    using repo = new Repository();
    await withCode(repo, CONFIG);
    await repo.cueloop("gate");
    repo.write({ "cueloop.config.ts": `${CONFIG}// more\n` });
    expect(await offered(repo, "tri")).toBe("");
    repo.write({ "cueloop.config.ts": CONFIG });
    expect(await offered(repo, "tri")).not.toBe("");
    await repo.cueloop("config", "trust", "deny");
    expect(await offered(repo, "tri")).toBe("");
    await allowCode(repo);
    expect(await offered(repo, "tri")).not.toBe("");
    await repo.cueloop("config", "trust", "revoke");
    expect(readdirSync(trustDirectory(repo)).filter((name) => name.endsWith(".commands"))).toEqual([]);
    expect(repo.read("ran")).toBe("x");
  });

  test("reads write nothing", async () => {
    using repo = new Repository();
    await withCode(repo, CONFIG);
    const before = readdirSync(trustDirectory(repo));
    for (const args of [["--help"], ["config", "show"], ["queue", "list"]]) expect((await repo.cueloop(...args)).code).toBe(0);
    expect(readdirSync(trustDirectory(repo))).toEqual(before);
  });

  test("code that the environment allows leaves nothing behind", async () => {
    using repo = new Repository().books([]).write({ "cueloop.config.ts": CONFIG });
    mkdirSync(trustDirectory(repo), { recursive: true, mode: 0o700 });
    expect((await cueloopWith(repo, { CUELOOP_TRUST_DIGEST: await digestOf(repo) }, "triage", "old")).code).toBe(0);
    expect(repo.read("ran")).toBe("x");
    expect(readdirSync(trustDirectory(repo))).toEqual([]);
  });

  test("bash completes one", async () => {
    using repo = new Repository();
    await withCode(repo, CONFIG);
    await repo.cueloop("gate");
    expect(await inBash(repo, "triage", "--level", "")).toBe("low\nhigh\n");
  });

  test.each(["broken", '{"digest":1}', "[]"])("what is kept of them may be %j", async (text) => {
    using repo = new Repository();
    await withCode(repo, CONFIG);
    await repo.cueloop("gate");
    for (const name of readdirSync(trustDirectory(repo)).filter((file) => file.endsWith(".commands")))
      writeFileSync(join(trustDirectory(repo), name), text);
    expect(await offered(repo, "tri")).toBe("");
  });
});

describe("__complete", () => {
  const words = async (...typed: string[]) => {
    using repo = new Repository({ git: false });
    const result = await repo.cueloop("__complete", "--", ...typed);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    return result.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t")[0]);
  };

  test("offers every command that is not hidden, and no hidden one", async () => {
    const paths: string[] = [];
    const walk = async (prefix: readonly string[]): Promise<void> => {
      for (const word of await words(...prefix, "")) {
        if (word === undefined) continue;
        const path = [...prefix, word];
        if (Object.hasOwn(registry, path.join(" "))) paths.push(path.join(" "));
        else await walk(path);
      }
    };
    await walk([]);
    const shown = Object.entries(registry).flatMap(([path, { hidden }]) => (hidden ? [] : [path]));
    expect(paths.sort()).toEqual(shown.sort());
    expect(paths).not.toContain("__complete");
  });

  test("offers what the repository holds, and nothing that a shell could read otherwise", async () => {
    using repo = new Repository()
      .books(
        [
          task("RQ-0001", { title: "First\tone", tags: ["net", "$(touch x)"] }),
          task("RQ-0002", { title: "Second", tags: ["net", "ui"] }),
          task("`id`"),
        ],
        [task("RQ-0003", { title: "Old", status: "done", completed_at: "2026-03-04T00:00:00Z" })],
      )
      .write({ ".cueloop/cache/undo/undo-20260304T000000000000000Z.json": '{"operation": "task add RQ-0002"}' });
    const lines = async (...typed: string[]) => {
      const result = await repo.cueloop("__complete", "--", ...typed);
      expect(result).toMatchObject({ code: 0, stderr: "" });
      return result.stdout;
    };
    expect(await lines("task", "done", "")).toBe("RQ-0001\tFirst one\nRQ-0002\tSecond\n");
    expect(await lines("task", "status", "todo", "RQ-0001", "RQ-0002")).toBe("RQ-0002\tSecond\n");
    expect(await lines("queue", "show", "RQ-0003")).toBe("RQ-0003\tOld\n");
    expect(await lines("task", "add", "x", "--after=RQ-0003")).toBe("--after=RQ-0003\tOld\n");
    expect(await lines("queue", "list", "--tag", "")).toBe("net\nui\n");
    expect(await lines("undo", "--id", "")).toBe("20260304T000000000000000Z\ttask add RQ-0002\n");
    expect(await lines("run", "one", "--profile", "")).toContain("power-user\t");
    expect(repo.has(".cueloop/lock")).toBe(false);
  });

  test.each(["task done", "undo --id", "queue list --tag", "run one --profile"])("%s is silent where nothing can be read", async (line) => {
    const typed = [...line.split(" "), ""];
    using repo = new Repository().write({ ".cueloop/queue.jsonc": "broken", ".cueloop/config.jsonc": "broken" });
    expect(await repo.cueloop("__complete", "--", ...typed)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("does not look at the repository for fixed words", async () => {
    using repo = new Repository().write({ ".cueloop/queue.jsonc": "broken", ".cueloop/config.jsonc": "broken" });
    expect(await repo.cueloop("__complete", "--", "queue", "n")).toMatchObject({ code: 0, stderr: "" });
  });

  test("answers in well under 50 ms beside the start of the executable", async () => {
    using repo = new Repository().books(Array.from({ length: 1000 }, (_, index) => task(`RQ-${String(index + 1).padStart(4, "0")}`)));
    const fastest = { "--version": Number.POSITIVE_INFINITY, "__complete -- queue l": Number.POSITIVE_INFINITY };
    for (let round = 0; round < 10; round += 1) {
      for (const line of ["--version", "__complete -- queue l"] as const) {
        const start = performance.now();
        await repo.cueloop(...line.split(" "));
        fastest[line] = Math.min(fastest[line], performance.now() - start);
      }
    }
    expect(fastest["__complete -- queue l"] - fastest["--version"]).toBeLessThan(50);
  });
});
