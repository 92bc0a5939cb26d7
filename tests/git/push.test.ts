import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { classifyPushError, wasRejected } from "../../src/git/remote/errors.ts";
import { push } from "../../src/git/remote/push.ts";
import { codeOf } from "../support/errors.ts";
import { removeDirectories, TestRepository } from "./repository.ts";

afterAll(removeDirectories);

interface Remotes {
  readonly remote: TestRepository;
  readonly ours: TestRepository;
  readonly theirs: TestRepository;
}

/** A bare remote with one commit on `main`, and two clones of it. */
function remotes(): Remotes {
  const seed = TestRepository.committed({ "a.txt": "a\n", "b.txt": "b\n" });
  const remote = new TestRepository();
  remote.git("clone", "-q", "--bare", seed.root, ".");
  const clone = () => {
    const repository = new TestRepository();
    repository.git("clone", "-q", remote.root, ".");
    return repository;
  };
  return { remote, ours: clone(), theirs: clone() };
}

function commit(repository: TestRepository, path: string, text: string): string {
  repository.write(path, text);
  return repository.commitAll(`change ${path}`);
}

describe("push", () => {
  test("does nothing when the upstream holds everything", async () => {
    const { ours } = remotes();
    expect(await push(ours.ctx, "require_upstream")).toEqual({ kind: "nothing_to_push" });
  });

  test("pushes what is ahead", async () => {
    const { remote, ours } = remotes();
    const head = commit(ours, "a.txt", "ours\n");
    expect(await push(ours.ctx, "require_upstream")).toEqual({ kind: "pushed", commit: head, upstream: "origin/main", rebased: false });
    expect(remote.git("rev-parse", "main")).toBe(head);
  });

  test("rebases onto what others pushed, and proves the new commit before it leaves", async () => {
    const { remote, ours, theirs } = remotes();
    const foreign = commit(theirs, "b.txt", "theirs\n");
    theirs.git("push", "-q");
    commit(ours, "a.txt", "ours\n");
    const proven: string[] = [];
    const prove = async (head: string) => {
      expect(remote.git("rev-parse", "main")).toBe(foreign);
      proven.push(head);
    };
    const outcome = await push(ours.ctx, "require_upstream", { prove });
    const head = ours.git("rev-parse", "HEAD");
    expect(outcome).toEqual({ kind: "pushed", commit: head, upstream: "origin/main", rebased: true });
    expect(proven).toEqual([head]);
    expect(remote.git("log", "--format=%s", "main")).toBe("change a.txt\nchange b.txt\nfirst");
  });

  test("a failing proof keeps everything here", async () => {
    const { remote, ours, theirs } = remotes();
    const foreign = commit(theirs, "b.txt", "theirs\n");
    theirs.git("push", "-q");
    commit(ours, "a.txt", "ours\n");
    expect(push(ours.ctx, "require_upstream", { prove: () => Promise.reject(new Error("gate failed")) })).rejects.toThrow("gate failed");
    expect(remote.git("rev-parse", "main")).toBe(foreign);
  });

  test("aborts a rebase that conflicts and names the files; branch and tree are as before", async () => {
    const { remote, ours, theirs } = remotes();
    const foreign = commit(theirs, "a.txt", "theirs\n");
    theirs.git("push", "-q");
    const head = commit(ours, "a.txt", "ours\n");
    const failing = push(ours.ctx, "require_upstream");
    expect(failing).rejects.toThrow("contradict each other in a.txt");
    expect(await codeOf(failing)).toBe("git.rebase_conflict");
    expect(existsSync(join(ours.root, ".git/rebase-merge"))).toBe(false);
    expect([ours.git("rev-parse", "main"), ours.git("symbolic-ref", "HEAD"), ours.git("status", "--porcelain")]).toEqual([
      head,
      "refs/heads/main",
      "",
    ]);
    expect(remote.git("rev-parse", "main")).toBe(foreign);
  });

  test("has nothing to push when others made the same change", async () => {
    const { ours, theirs } = remotes();
    commit(theirs, "a.txt", "same\n");
    theirs.git("push", "-q");
    ours.write("a.txt", "same\n");
    ours.commitAll("the same under another name");
    expect(await push(ours.ctx, "require_upstream")).toEqual({ kind: "nothing_to_push" });
  });

  test("without an upstream it says how to set one, or makes one", async () => {
    const { remote, ours } = remotes();
    ours.git("checkout", "-q", "-b", "topic");
    const head = commit(ours, "a.txt", "ours\n");
    expect(await push(ours.ctx, "require_upstream")).toEqual({
      kind: "no_upstream",
      branch: "topic",
      command: "git push --set-upstream origin topic",
    });
    expect(await push(ours.ctx, "allow_create_upstream")).toEqual({
      kind: "pushed",
      commit: head,
      upstream: "origin/topic",
      rebased: false,
    });
    expect([remote.git("rev-parse", "topic"), ours.git("rev-parse", "--abbrev-ref", "@{u}")]).toEqual([head, "origin/topic"]);
  });

  test("takes up a remote branch of the same name that is not yet its upstream", async () => {
    const { remote, ours, theirs } = remotes();
    theirs.git("checkout", "-q", "-b", "topic");
    commit(theirs, "b.txt", "theirs\n");
    theirs.git("push", "-q", "-u", "origin", "topic");
    ours.git("fetch", "-q");
    ours.git("checkout", "-q", "--no-track", "-b", "topic");
    commit(ours, "a.txt", "ours\n");
    expect(await push(ours.ctx, "allow_create_upstream")).toMatchObject({ kind: "pushed", rebased: true });
    expect(ours.git("rev-parse", "--abbrev-ref", "@{u}")).toBe("origin/topic");
    expect(remote.git("log", "--format=%s", "topic")).toBe("change a.txt\nchange b.txt\nfirst");
  });

  test("gives up where the remote refuses by rule, without rebasing again and again", async () => {
    const { remote, ours } = remotes();
    remote.write("hooks/pre-receive", "#!/bin/sh\necho x >> calls\necho 'branch is protected' >&2\nexit 1\n", 0o755);
    commit(ours, "a.txt", "ours\n");
    const failing = push(ours.ctx, "require_upstream");
    expect(failing).rejects.toThrow("branch is protected");
    expect(await codeOf(failing)).toBe("git.push_failed");
    expect(remote.git("cat-file", "-e", "main")).toBe("");
    expect(await Bun.file(join(remote.root, "calls")).text()).toBe("x\n");
  });

  test("ends after four attempts when others are always faster", async () => {
    const { remote, ours, theirs } = remotes();
    commit(ours, "a.txt", "ours\n");
    // Every push of ours meets a commit that arrived a moment before.
    const counter = join(ours.root, ".git/count");
    ours.write(
      ".git/hooks/pre-push",
      `#!/bin/sh\necho x >> "${counter}"\ncd "${theirs.root}" && unset GIT_DIR && git pull -q --rebase && git -c user.name=T -c user.email=t@x commit -q --allow-empty -m theirs && git push -q\n`,
      0o755,
    );
    const failing = push(ours.ctx, "require_upstream");
    expect(await codeOf(failing)).toBe("git.push_failed");
    expect(failing).rejects.toThrow("after 4 attempts");
    expect(await Bun.file(counter).text()).toBe("x\nx\nx\nx\n");
    expect(remote.git("log", "--format=%s", "main")).not.toContain("change a.txt");
  });

  test("a detached HEAD is an error of its own", async () => {
    const { ours } = remotes();
    ours.git("checkout", "-q", "--detach");
    expect(await codeOf(push(ours.ctx, "require_upstream"))).toBe("git.detached_head");
  });

  test("a remote that is not there is told apart from a refused push", async () => {
    const { ours } = remotes();
    commit(ours, "a.txt", "ours\n");
    ours.git("remote", "set-url", "origin", "/nowhere/at/all");
    expect(await codeOf(push(ours.ctx, "require_upstream"))).toBe("git.push_auth");
  });
});

test.each<[string, ReturnType<typeof classifyPushError>, boolean]>([
  [" ! [rejected]        main -> main (non-fast-forward)", "failed", true],
  [" ! [rejected]        main -> main (fetch first)", "failed", true],
  ["hint: Updates were rejected because the tip is behind", "failed", true],
  [" ! [remote rejected] main -> main (pre-receive hook declined)", "failed", false],
  [" ! [remote rejected] main -> main (protected branch hook declined)\nerror: failed to push some refs", "failed", false],
  [" ! [remote rejected] main -> main (cannot lock ref 'refs/heads/main': is at 1 but expected 2)", "failed", true],
  ["fatal: The current branch topic has no upstream branch.", "no_upstream", false],
  ["To push the current branch and set the remote as upstream, use", "no_upstream", false],
  ["fatal: ambiguous argument '@{u}': unknown revision", "no_upstream", false],
  ["git@host: Permission denied (publickey).", "auth", false],
  ["remote: Repository not found.", "auth", false],
  ["fatal: Authentication failed for 'https://host/x'", "auth", false],
  ["fatal: could not read Username for 'https://host': terminal prompts disabled", "auth", false],
  ["fatal: unable to access: Could not resolve host", "failed", false],
])("%p is %s, worth a rebase: %p", (stderr, expected, rejected) => {
  expect([classifyPushError(stderr), wasRejected(stderr)]).toEqual([expected, rejected]);
});
