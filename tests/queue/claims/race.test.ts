import { expect, test } from "bun:test";
import { unlinkSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { showClaim } from "../../../src/queue/claims/claim.ts";
import { deadPid } from "../store/store.ts";
import { Claims, claimText } from "./claims.ts";

const CONTENDERS = 32;
const ROUNDS = 1000;
const DIGITS = 36;

const source = new URL("../../../src/queue/claims/claim.ts", import.meta.url).pathname;
const support = new URL("./claims.ts", import.meta.url).pathname;

/** Waits at the barrier, contends, and tells the token it holds the claim with, or a blank one; again and again. */
const script = `
import { openSync, readSync, writeSync } from "node:fs";
import { takeClaim } from "${source}";
import { Claims, WISH } from "${support}";
const [common, barrier, answers] = process.argv.slice(2);
using own = new Claims();
const starts = openSync(barrier, "r");
const told = openSync(answers, "w");
const byte = Buffer.alloc(1);
while (readSync(starts, byte, 0, 1, null) === 1) {
  const result = takeClaim(own.ctx, common, "RQ-0001", WISH);
  writeSync(told, (result.kind === "taken" ? result.claim.token : "").padEnd(${DIGITS}));
}
`;

test(`${CONTENDERS} processes contend for a claim, ${ROUNDS} times, every other time a dead one's: one gets it each time`, async () => {
  using at = new Claims();
  const [barrier, answers, contender] = [join(at.common, "barrier"), join(at.common, "answers"), join(at.common, "contend.ts")];
  await Bun.write(contender, script);
  expect(Bun.spawnSync(["mkfifo", barrier, answers]).exitCode).toBe(0);
  // Opened for both, or the opening would wait for the other side.
  await using starts = await open(barrier, "r+");
  await using told = await open(answers, "r+");
  const children = Array.from({ length: CONTENDERS }, () =>
    Bun.spawn([process.execPath, contender, at.common, barrier, answers], { stdout: "inherit", stderr: "inherit" }),
  );
  const dead = deadPid();
  const answer = Buffer.alloc(CONTENDERS * DIGITS);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 2 === 1) at.write("RQ-0001", claimText(dead, { token: `dead-${round}` }));
      writeSync(starts.fd, "x".repeat(CONTENDERS));
      for (let read = 0; read < answer.length; ) read += (await told.read(answer, read, answer.length - read)).bytesRead;
      const winners = answer.toString().match(/[^ ]+/g) ?? [];
      expect({ round, winners: winners.length, left: at.names() }).toEqual({ round, winners: 1, left: ["RQ-0001"] });
      expect(showClaim(at.common, "RQ-0001", winners[0] ?? "")).toBe(true);
      unlinkSync(join(at.directory, "RQ-0001"));
    }
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.exited));
  }
}, 120_000);
