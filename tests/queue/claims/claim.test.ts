import { describe, expect, test } from "bun:test";
import { existsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { adoptClaim, listClaims, liveClaims, showClaim, takeClaim } from "../../../src/queue/claims/claim.ts";
import { claimHeld } from "../../../src/queue/claims/held.ts";
import { takeTarget } from "../../../src/queue/claims/target.ts";
import { errorOf } from "../../support/errors.ts";
import { deadPid } from "../store/store.ts";
import { Claims, claimText, WISH } from "./claims.ts";

const RIVAL = { ...WISH, runId: "run-2", root: "/home/ada/linked" };

function taken(result: ReturnType<typeof takeClaim>) {
  if (result.kind === "held") throw new Error(`held by ${result.holder.label}`);
  return result.claim;
}

test("a claim says who works the task, for its owner's eyes only, and is given back", () => {
  using at = new Claims();
  const claim = taken(takeClaim(at.ctx, at.common, "RQ-0001", WISH));
  expect(at.names()).toEqual(["RQ-0001"]);
  expect(statSync(join(at.directory, "RQ-0001")).mode & 0o777).toBe(0o600);
  const lines = at.read("RQ-0001").split("\n");
  expect(lines).toEqual(expect.arrayContaining([`pid: ${process.pid}`, "label: run one", "run_id: run-1", "task_id: RQ-0001"]));
  expect(lines).toEqual(expect.arrayContaining([`token: ${claim.token}`, "root: /home/ada/shop"]));
  expect([claim.isOurs(), showClaim(at.common, "RQ-0001", claim.token), showClaim(at.common, "RQ-0001", "other")]).toEqual([
    true,
    true,
    false,
  ]);
  claim.release();
  expect([at.names(), claim.isOurs()]).toEqual([[], false]);
  claim.release();
});

test("a task with a live claim is refused, under every spelling of its id, and the refusal names the holder", () => {
  using at = new Claims();
  const claim = taken(takeClaim(at.ctx, at.common, "RQ-0001", { ...WISH, token: "mine" }));
  for (const id of ["RQ-0001", " rq-0001 "]) {
    const second = takeClaim(at.ctx, at.common, id, RIVAL);
    expect(second).toMatchObject({ kind: "held", holder: { ...WISH, pid: process.pid, token: "mine" } });
  }
  expect(taken(takeClaim(at.ctx, at.common, "RQ-0002", RIVAL)).token).not.toBe("mine");
  const [first] = liveClaims(at.ctx, at.common).values();
  if (first === undefined) throw new Error("no claim");
  const { message, hint } = claimHeld(first, "RQ-0001");
  expect(message).toContain(`\`run one\` (pid ${process.pid} on `);
  expect(message).toContain("in /home/ada/shop");
  expect(hint).toContain(join(at.directory, "RQ-0001"));
  claim.release();
});

const old = (path: string) => utimesSync(path, new Date(0), new Date(0));
const none = () => undefined;

describe("what stands where the claim is to be", () => {
  test.each<[string, string, (path: string) => void, "taken" | "held"]>([
    ["a dead process's", claimText(deadPid()), none, "taken"],
    ["a live process's", claimText(1), none, "held"],
    ["a later process with the same pid", claimText(process.pid, { pid_start: "1" }), none, "taken"],
    ["an earlier boot's", claimText(1, { boot_id: "0" }), none, "taken"],
    ["another machine's", claimText(deadPid(), { host: "elsewhere", boot_id: "0" }), none, "held"],
    ["another pid namespace's", claimText(deadPid(), { pid_ns: "1" }), none, "held"],
    ["an empty one, just made", "", none, "held"],
    ["an empty one, old", "", old, "taken"],
    ["text of something else, old", "hello\n", old, "taken"],
    ["a dead process's without a token", claimText(deadPid(), { token: "" }), none, "taken"],
    ["a dead process's with a token that is a path", claimText(deadPid(), { token: "../../x" }), none, "taken"],
  ])("%s", (_what, text, age, kind) => {
    using at = new Claims();
    age(at.write("RQ-0001", text));
    const result = takeClaim(at.ctx, at.common, "RQ-0001", WISH);
    expect(result.kind).toBe(kind);
    expect(at.read("RQ-0001") === text).toBe(kind === "held");
    expect(at.names()).toEqual(["RQ-0001"]);
    expect(showClaim(at.common, "RQ-0001", result.kind === "taken" ? result.claim.token : "none")).toBe(kind === "taken");
  });

  test("inside a run nobody is dead", () => {
    using at = new Claims({ insideRun: true });
    at.write("RQ-0001", claimText(deadPid()));
    expect(takeClaim(at.ctx, at.common, "RQ-0001", WISH).kind).toBe("held");
  });
});

describe("contenders that were killed while they took a dead claim over", () => {
  const dead = (token: string) => claimText(deadPid(), { token });
  test.each([
    ["one", { "RQ-0001.after-t0": dead("t1") }],
    ["one, and one who took that over", { "RQ-0001.after-t0": dead("t1"), "RQ-0001.after-t1": dead("t2") }],
    ["one of an earlier round", { "RQ-0001.after-t7": dead("t8") }],
    ["one before it moved its file in", { [`.RQ-0001.tmp-${deadPid()}-1`]: dead("t1") }],
  ])("%s", (_what, files) => {
    using at = new Claims();
    at.write("RQ-0001", dead("t0"));
    for (const [name, text] of Object.entries(files)) at.write(name, text);
    const claim = taken(takeClaim(at.ctx, at.common, "RQ-0001", WISH));
    expect(claim.isOurs()).toBe(true);
    expect(at.names()).toEqual(["RQ-0001"]);
  });

  test("a live one is left to its work", () => {
    using at = new Claims();
    at.write("RQ-0001", dead("t0"));
    at.write("RQ-0001.after-t0", claimText(1, { token: "t1" }));
    expect(takeClaim(at.ctx, at.common, "RQ-0001", WISH)).toMatchObject({ kind: "held", holder: { pid: 1, token: "t1" } });
    expect(at.names()).toEqual(["RQ-0001", "RQ-0001.after-t0"]);
  });
});

test("a claim that another run took over is neither shown nor given back", () => {
  using at = new Claims();
  const claim = taken(takeClaim(at.ctx, at.common, "RQ-0001", WISH));
  at.write("RQ-0001", claimText(1));
  expect(claim.isOurs()).toBe(false);
  claim.release();
  expect(at.read("RQ-0001")).toBe(claimText(1));
});

describe("adopting the claim of a dead attempt", () => {
  test.each<[string, string | null, "taken" | "held" | "gone"]>([
    ["its own", claimText(deadPid(), { token: "t0" }), "taken"],
    ["that of another dead one", claimText(deadPid(), { token: "t1" }), "held"],
    ["one that lives", claimText(1, { token: "t0" }), "held"],
    ["none", null, "gone"],
  ])("%s", (_what, text, kind) => {
    using at = new Claims();
    if (text !== null) at.write("RQ-0001", text);
    expect(adoptClaim(at.ctx, at.common, "RQ-0001", "t0", { ...WISH, token: "t9" }).kind).toBe(kind);
    expect(showClaim(at.common, "RQ-0001", "t9")).toBe(kind === "taken");
    expect(at.names()).toEqual(text === null ? [] : ["RQ-0001"]);
  });
});

test("claims are listed by task, the dead apart, without the files beside them", () => {
  using at = new Claims();
  at.write("RQ-0001", claimText(deadPid()));
  at.write("RQ-0002", claimText(1));
  at.write("RQ-0001.after-token-9", claimText(1));
  at.write(".RQ-0003.tmp-1-1", "");
  expect([...listClaims(at.ctx, at.common)].map(([id, { isDead }]) => [id, isDead])).toEqual([
    ["RQ-0001", true],
    ["RQ-0002", false],
  ]);
  expect([...liveClaims(at.ctx, at.common).keys()]).toEqual(["RQ-0002"]);
  expect(liveClaims(at.ctx, join(at.common, "nowhere")).size).toBe(0);
});

test("an id becomes a name only when it is one, and stays among the claims whatever its prefix", async () => {
  using at = new Claims({ prefix: "../../X.Y" });
  for (const id of ["../../../etc-0001", "RQ-0001", "", "../../X.Y-1"]) {
    expect((await errorOf(() => takeClaim(at.ctx, at.common, id, WISH))).code).toBe("queue.id_malformed");
  }
  taken(takeClaim(at.ctx, at.common, "../../X.Y-0001", WISH));
  expect(at.names()).toEqual(["%2E%2E%2F%2E%2E%2FX%2EY-0001"]);
  expect([...liveClaims(at.ctx, at.common).keys()]).toEqual(["../../X.Y-0001"]);
});

test("a claim that cannot be written is told with its place", async () => {
  using at = new Claims();
  const error = await errorOf(() => takeClaim(at.ctx, join(at.write("file", ""), "x"), "RQ-0001", WISH));
  expect(error.code).toMatch(/^(queue\.claim_failed|file\.unwritable)$/);
  expect(error.message).toContain(at.directory);
});

test("a target branch has one run; a dead one's is taken over, other branches are free", () => {
  using at = new Claims();
  const first = takeTarget(at.ctx, at.common, "release/1.0", WISH);
  if (first.kind === "held") throw new Error("held");
  const again = takeTarget(at.ctx, at.common, "release/1.0", RIVAL);
  expect(again).toMatchObject({ kind: "held", holder: { root: "/home/ada/shop" } });
  expect(takeTarget(at.ctx, at.common, "release", RIVAL).kind).toBe("taken");
  first.claim.release();
  expect(existsSync(join(at.common, "cueloop/targets/release%2F1%2E0"))).toBe(false);
  at.write("../targets/main", claimText(deadPid()));
  expect(takeTarget(at.ctx, at.common, "main", RIVAL).kind).toBe("taken");
});
