/** Builds the executable: `bun scripts/build.ts [--outfile PATH]`, default dist/cueloop. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { BunPlugin } from "bun";
import { valibotDeclarations } from "./declarations/valibot.ts";

const root = new URL("..", import.meta.url).pathname;
const flag = Bun.argv.indexOf("--outfile");
const outfile = resolve(flag < 0 ? `${root}dist/cueloop` : (Bun.argv[flag + 1] ?? ""));

/**
 * clipanion as modules instead of the CommonJS its package names, so that what is not used is left out, and without
 * its default context, which touches all three standard streams when it loads: 2 to 10 ms each, for nothing we use.
 */
const quietClipanion: BunPlugin = {
  name: "quiet-clipanion",
  setup(build) {
    const library = dirname(Bun.resolveSync("clipanion", root));
    build.onResolve({ filter: /^clipanion$/ }, () => ({ path: `${library}/index.mjs` }));
    build.onLoad({ filter: /clipanion[/\\]lib[/\\]advanced[/\\]Cli\.mjs$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      const contents = source
        .replace("stdin: process.stdin,", "stdin: undefined,")
        .replace("stdout: process.stdout,", "stdout: undefined,")
        .replace("stderr: process.stderr,", "stderr: undefined,")
        .replace("colorDepth: getDefaultColorDepth()", "colorDepth: 1")
        .replace(/^import .* from '..\/platform';$/m, "const getCaptureActivator = () => null;");
      if (/process\.stdout,|\bgetDefaultColorDepth\b|platform/.test(contents)) {
        throw new Error(`${path} has changed: its default context is no longer recognised`);
      }
      return { contents, loader: "js" };
    });
  },
};

/**
 * isomorphic-git as modules, of which the reading of refs is all that stays. What it needs for objects, ignore rules and
 * merges would stay for its side effects: 140 KB, and 8 ms at the first ref. Whatever misses them makes us ask git.
 */
const refsOfGit: BunPlugin = {
  name: "refs-of-isomorphic-git",
  setup(build) {
    const library = dirname(Bun.resolveSync("isomorphic-git", root));
    build.onResolve({ filter: /^isomorphic-git$/ }, () => ({ path: `${library}/index.js` }));
    build.onLoad({ filter: /isomorphic-git[/\\]index\.js$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      const contents = source.replace(/^import (\w+) from '(?:sha\.js\/sha1\.js|crc-32|pako|ignore|diff3)';$/gm, "const $1 = undefined;");
      if (contents.split(" = undefined;").length - source.split(" = undefined;").length !== 5) {
        throw new Error(`${path} has changed: the libraries it needs for more than refs are no longer recognised`);
      }
      return { contents, loader: "js" };
    });
  },
};

const commit = await gitOutput(["rev-parse", "HEAD"]);
const date = await gitOutput(["show", "-s", "--format=%cI", "HEAD"]);

mkdirSync(dirname(outfile), { recursive: true });
// The maps are embedded; the copies beside the executable go with this directory.
const workshop = mkdtempSync(join(dirname(outfile), ".build-"));
const define = { CUELOOP_COMMIT: JSON.stringify(commit), CUELOOP_BUILD_DATE: JSON.stringify(date) };
const embedded = join(workshop, "embedded");
// Tests run in Bun's own test runner, which finds nothing of ours: they are given the modules as one file.
const modules = await Bun.build({
  entrypoints: [`${root}src/commands/programs/test-modules.ts`],
  outdir: embedded,
  target: "bun",
  format: "esm",
  // The test runner shows lines of it where something of ours throws.
  minify: { syntax: true },
  define,
  plugins: [quietClipanion, refsOfGit],
});
if (!modules.success) fail(modules.logs);
const declarations = await Bun.file(`${root}src/api/declarations/cueloop.d.ts`).text();
await Bun.write(join(embedded, "cueloop.d.ts"), `${declarations}\n${await valibotDeclarations(root)}`);
const result = await Bun.build({
  entrypoints: [`${root}src/main.ts`],
  target: "bun",
  format: "esm",
  minify: true,
  sourcemap: "linked",
  bytecode: true,
  splitting: true,
  define,
  plugins: [quietClipanion, refsOfGit],
  compile: {
    outfile: join(workshop, basename(outfile)),
    assets: [`${root}src/demo/sandbox`, embedded],
    autoloadBunfig: false,
    autoloadDotenv: false,
    autoloadTsconfig: false,
    autoloadPackageJson: false,
  },
});
if (!result.success) fail(result.logs);
renameSync(join(workshop, basename(outfile)), outfile);
rmSync(workshop, { recursive: true });
console.log(outfile);

function fail(logs: readonly unknown[]): never {
  for (const log of logs) console.error(log);
  rmSync(workshop, { recursive: true });
  process.exit(1);
}

/** Output of a git command in this checkout; empty outside one. */
async function gitOutput(args: string[]): Promise<string> {
  try {
    const child = Bun.spawn(["git", "-C", root, ...args], { stdout: "pipe", stderr: "ignore" });
    const text = await new Response(child.stdout).text();
    return (await child.exited) === 0 ? text.trim() : "";
  } catch {
    return "";
  }
}
