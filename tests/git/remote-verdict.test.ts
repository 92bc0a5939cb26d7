import { afterAll, expect, test } from "bun:test";
import { fetchBranch, pushCommit } from "../../src/git/remote/branch.ts";
import { judgePush, type PushVerdict } from "../../src/git/remote/verdict.ts";
import { emptyDirectory, removeDirectories, TestRepository } from "./repository.ts";

afterAll(removeDirectories);

const line = (summary: string) => `To /remote\n!\tabc:refs/heads/main\t${summary}\nDone\n`;

test.each<[string, string, PushVerdict["kind"]]>([
  [line("[rejected] (fetch first)"), "", "race"],
  [line("[rejected] (non-fast-forward)"), "", "race"],
  [line("[rejected] (stale info)"), "", "race"],
  [line("[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)"), "", "race"],
  [line("[remote rejected] (failed to update ref)"), "", "race"],
  [line("[remote rejected] (pre-receive hook declined)"), "remote: no, never", "rejected"],
  [line("[remote rejected] (protected branch hook declined)"), "", "rejected"],
  [line("[remote rejected] (shallow update not allowed)"), "", "rejected"],
  [line("[remote failure] (remote failed to report status)"), "", "network"],
  ["", "fatal: unable to access 'https://x/': Could not resolve host: x", "network"],
  ["", "ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.", "network"],
  ["", "error: RPC failed; HTTP 502\nfatal: unable to access 'https://x/': The requested URL returned error: 502", "network"],
  ["", "fatal: unable to access 'https://x/': The requested URL returned error: 403", "rejected"],
  ["", "fatal: unable to access 'https://x/': The requested URL returned error: 429", "network"],
  ["", "error: cannot lock ref 'refs/remotes/origin/main': is at 1 but expected 2", "network"],
  ["", "error: cannot lock ref 'refs/x': Unable to create '/r/.git/refs/x.lock': File exists.", "network"],
  ["", "git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.", "rejected"],
  ["", "fatal: Authentication failed for 'https://x/'", "rejected"],
  ["", "fatal: could not read Username for 'https://x': terminal prompts disabled", "rejected"],
  ["", "fatal: '/gone' does not appear to be a git repository", "rejected"],
  ["", "remote: Repository not found.\nfatal: repository 'https://x/' not found", "rejected"],
  ["", "error: failed to push some refs to '/remote'", "rejected"],
])("a push that says %j %j", (stdout, stderr, kind) => {
  expect(judgePush({ code: 1, stdout, stderr }).kind).toBe(kind);
});

test("a hook's words are part of the reason", () => {
  const verdict = judgePush({
    code: 1,
    stdout: line("[remote rejected] (pre-receive hook declined)"),
    stderr: "remote: sign your work\nremote:\n",
  });
  expect(verdict).toEqual({ kind: "rejected", reason: "[remote rejected] (pre-receive hook declined)\nremote: sign your work" });
});

test("a branch is fetched and pushed; the slower of two is told that it lost a race", async () => {
  const remote = new TestRepository();
  remote.git("init", "-q", "--bare", "-b", "main");
  const ours = TestRepository.committed({ a: "1" });
  ours.git("remote", "add", "origin", remote.root);
  const branch = { name: "origin", branch: "main" };
  expect(await fetchBranch(ours.ctx, branch)).toEqual({ kind: "fetched", tip: null });
  const first = ours.git("rev-parse", "HEAD");
  expect(await pushCommit(ours.ctx, first, branch)).toEqual({ kind: "pushed" });

  const theirs = new TestRepository(emptyDirectory());
  theirs.git("clone", "-q", remote.root, ".");
  theirs.write("b", "2");
  const second = theirs.commitAll("second");
  theirs.git("push", "-q", "origin", "main");

  ours.write("c", "3");
  const third = ours.commitAll("third");
  expect((await pushCommit(ours.ctx, third, branch)).kind).toBe("race");
  expect(await fetchBranch(ours.ctx, branch)).toEqual({ kind: "fetched", tip: second });
  expect((await pushCommit(ours.ctx, third, branch)).kind).toBe("race");
  ours.write(".git/refs/remotes/origin/main.lock", "");
  theirs.write("d", "4");
  theirs.commitAll("fourth");
  theirs.git("push", "-q", "origin", "main");
  expect((await fetchBranch(ours.ctx, branch)).kind).toBe("network");
  expect((await fetchBranch(ours.ctx, { name: "nowhere", branch: "main" })).kind).toBe("rejected");
});
