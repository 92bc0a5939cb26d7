import { expect, test } from "bun:test";
import { commitByHand } from "../../../src/run/publish/by-hand.ts";

test("the message is one word of a shell, whatever is in the title", () => {
  const title = 'RQ-0001: Don\'t "quote" $HOME `now`';
  const commit = commitByHand(title, "commit").split("\n")[1]?.trim() ?? "";
  const { stdout } = Bun.spawnSync(["sh", "-c", commit.replace("git commit -m", "printf %s")]);
  expect(stdout.toString()).toBe(title);
});

test("a push is named where one was wanted", () => {
  expect(commitByHand("x", "commit")).not.toContain("git push");
  expect(commitByHand("x", "commit_and_push")).toContain("git push");
});
