const expectedToFail = new Set((await Bun.file("known-failing.txt").text()).split("\n").filter((line) => line !== ""));
const files = [...new Bun.Glob("tests/*.test.ts").scanSync(".")].sort().filter((file) => !expectedToFail.has(file));

if (files.length === 0) {
  process.stdout.write("no test is expected to pass yet\n");
} else {
  const run = Bun.spawn([process.execPath, "test", ...files.map((file) => `./${file}`)], {
    env: { ...process.env, BUN_BE_BUN: "1" },
    stdout: "inherit",
    stderr: "inherit",
  });
  process.exitCode = await run.exited;
}

export {};
