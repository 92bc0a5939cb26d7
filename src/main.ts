import { version } from "./version.ts";

const argv = Bun.argv.slice(2);

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  await Bun.write(Bun.stdout, `cueloop ${version}\n`).catch(() => 0);
} else {
  const { dispatch } = await import("./commands/frame/dispatch.ts");
  process.exitCode = await dispatch({ argv, env: process.env, cwd: process.cwd() });
}
