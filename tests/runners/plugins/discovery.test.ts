import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discoverPlugins } from "../../../src/runners/plugins/discovery.ts";

let base = "";
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "cueloop-plugins-")));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const manifest = (id: string, fields: object = {}) => ({ api_version: 1, id, version: "1", name: id, ...fields });

function place(root: string, directory: string, content: unknown): void {
  mkdirSync(join(base, root, directory), { recursive: true });
  writeFileSync(join(base, root, directory, "plugin.json"), typeof content === "string" ? content : JSON.stringify(content));
}

const HOME = "home/.config/cueloop/plugins";
const XDG = "xdg/cueloop/plugins";
const PROJECT = "repo/.cueloop/plugins";

function discover(projectTrusted: boolean, env: Record<string, string> = { HOME: join(base, "home"), XDG_CONFIG_HOME: join(base, "xdg") }) {
  return discoverPlugins({ env, runtimeDir: join(base, "repo/.cueloop"), projectTrusted });
}

const scopes = (trusted: boolean) => discover(trusted).plugins.map((plugin) => `${plugin.id} ${plugin.scope}`);

test("plugins are found in all places, by the manifest's id, in order", () => {
  place(HOME, "zeta", manifest("zeta"));
  place(XDG, "some-name", manifest("acme.relay"));
  place(PROJECT, "beta", manifest("beta"));
  mkdirSync(join(base, PROJECT, "empty"));
  expect(scopes(true)).toEqual(["acme.relay global", "beta project", "zeta global"]);
});

test("nothing anywhere is no error", () => {
  expect(discover(true)).toEqual({ plugins: [], broken: [] });
  expect(discover(true, {})).toEqual({ plugins: [], broken: [] });
});

test("an untrusted repository's plugins are not there, and hide nobody else's", () => {
  place(HOME, "relay", manifest("acme.relay", { name: "the user's" }));
  place(PROJECT, "relay", manifest("acme.relay", { name: "the project's" }));
  place(PROJECT, "bad", "{");
  expect(discover(false)).toMatchObject({ plugins: [{ scope: "global", manifest: { name: "the user's" } }], broken: [] });
  expect(discover(true)).toMatchObject({ plugins: [{ scope: "project", manifest: { name: "the project's" } }], broken: [{ id: "bad" }] });
});

test("the directory beside the global configuration wins over the fixed one", () => {
  place(HOME, "relay", manifest("acme.relay", { name: "old place" }));
  place(XDG, "relay", manifest("acme.relay", { name: "new place" }));
  expect(discover(false).plugins.map((plugin) => plugin.manifest.name)).toEqual(["new place"]);
});

test("a broken plugin is named and the others work", () => {
  place(PROJECT, "fine", manifest("fine"));
  place(PROJECT, "torn", '{"api_version": 1,');
  place(PROJECT, "odd", manifest("odd", { extra: true }));
  const { plugins, broken } = discover(true);
  expect(plugins.map((plugin) => plugin.id)).toEqual(["fine"]);
  expect(broken.map((plugin) => plugin.id)).toEqual(["odd", "torn"]);
  expect(broken[0]?.problem).toContain("`extra`");
});

test.each([
  ["another version of the format", manifest("a", { api_version: 2 }), "must be 1, found 2"],
  ["an id that leads elsewhere", manifest(".."), "must be letters"],
  ["an id with a separator", manifest("a/b"), "must be letters"],
  ["a blank id", manifest(""), "must be letters"],
  ["the id of a built-in runner", manifest("Claude"), "runner of CueLoop's own"],
  ["the id of a protocol", manifest("acp"), "runner of CueLoop's own"],
  ["a program outside", manifest("a", { runner: { bin: "../x.sh" } }), 'must not contain ".."'],
  ["an absolute program", manifest("a", { runner: { bin: "/bin/sh" } }), "must be relative"],
  ["a blank program", manifest("a", { processors: { bin: " ", hooks: [] } }), "must not be blank"],
  ["an unknown hook", manifest("a", { processors: { bin: "p.sh", hooks: ["pre_gate"] } }), "validate_task"],
  ["processors without hooks", manifest("a", { processors: { bin: "p.sh" } }), "is missing"],
])("a manifest is refused for %s", (_name, content, problem) => {
  place(PROJECT, "p", content);
  const { plugins, broken } = discover(true);
  expect(plugins).toEqual([]);
  expect(broken[0]?.problem).toContain(problem);
});

test("a link must not lead out of the plugin's directory", () => {
  place(PROJECT, "p", manifest("p", { runner: { bin: "run.sh" } }));
  writeFileSync(join(base, "outside.sh"), "");
  symlinkSync(join(base, "outside.sh"), join(base, PROJECT, "p/run.sh"));
  expect(discover(true).broken[0]?.problem).toContain("leads out of the plugin's directory");
  rmSync(join(base, PROJECT, "p/run.sh"));
  expect(scopes(true)).toEqual(["p project"]);
  symlinkSync(join(base, PROJECT, "p/gone.sh"), join(base, PROJECT, "p/run.sh"));
  expect(discover(true).plugins).toEqual([]);
});
