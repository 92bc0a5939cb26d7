import { test } from "bun:test";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MockModel } from "./mock-model.ts";

/** The versions that were tried; a newer one is a change to make and to look at. */
const PACKAGES = { "@anthropic-ai/claude-code": "2.1.329", "@openai/codex": "0.169.0", "opencode-ai": "1.18.33" };
/** What they fetch or link only after the install. */
const WITH_INSTALL_STEPS = ["@anthropic-ai/claude-code", "opencode-ai"];
const INSTALL_TIMEOUT_MS = 300_000;

/** Whether the real programs are to be installed and run. */
export const areRealAgentsWanted = process.env["CI"] === "true" || process.env["CUELOOP_REAL_AGENTS"] === "1";

/** A `test` for the real agent programs: always in CI, elsewhere only when CUELOOP_REAL_AGENTS=1 asks for it. */
export function withRealAgents(): typeof test {
  if (areRealAgentsWanted) return test;
  process.stderr.write("left out: tests with the real agent programs (CUELOOP_REAL_AGENTS=1 installs and runs them)\n");
  return Object.assign(test.skipIf(true), test);
}

/**
 * Directory with the programs `claude`, `codex` and `opencode`. Installs them once, outside the
 * repository: into $CUELOOP_AGENTS_DIR, or a directory of the system's temporary one.
 */
export async function installAgents(): Promise<string> {
  const base = process.env["CUELOOP_AGENTS_DIR"]?.trim() || join(tmpdir(), "cueloop-agents");
  const versions = Object.values(PACKAGES).join("_");
  const place = join(base, versions);
  const bin = join(place, "node_modules/.bin");
  if (existsSync(bin)) return bin;
  const staging = `${place}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  const manifest = { private: true, dependencies: PACKAGES, trustedDependencies: WITH_INSTALL_STEPS };
  writeFileSync(join(staging, "package.json"), JSON.stringify(manifest));
  const install = Bun.spawn([process.execPath, "install"], {
    cwd: staging,
    env: { ...process.env, HOME: join(staging, "home") },
    stdout: "pipe",
    stderr: "pipe",
    timeout: INSTALL_TIMEOUT_MS,
  });
  const [out, err, code] = await Promise.all([new Response(install.stdout).text(), new Response(install.stderr).text(), install.exited]);
  if (code !== 0) throw new Error(`The agent programs could not be installed (exit ${code}).\n${out}\n${err}`);
  if (existsSync(bin)) rmSync(staging, { recursive: true, force: true });
  else renameSync(staging, place);
  return bin;
}

/**
 * Environment in which the three programs talk to this model and to nothing else, with a home of
 * their own in `scratch` and no secret. Models: any for claude and codex, `mock/mock-1` for opencode.
 */
export function agentEnvironment(bin: string, scratch: string, model: MockModel): Record<string, string> {
  const codexHome = join(scratch, "codex");
  mkdirSync(codexHome, { recursive: true });
  const provider = `[model_providers.mock]\nname = "mock"\nbase_url = "${model.url}/v1"\nwire_api = "responses"\n`;
  writeFileSync(join(codexHome, "config.toml"), `model_provider = "mock"\n\n${provider}`);
  const opencode = {
    provider: {
      mock: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: `${model.url}/v1`, apiKey: "dummy" },
        models: { "mock-1": {} },
      },
    },
  };
  return {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: scratch,
    GIT_CONFIG_GLOBAL: "/dev/null",
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "dummy",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
    // Lets claude bypass its permissions where the tests run as root.
    IS_SANDBOX: "1",
    CODEX_HOME: codexHome,
    // In a new home opencode looks for a package of its own before it begins; here it is told that there is none.
    npm_config_registry: model.url,
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_CONFIG_CONTENT: JSON.stringify(opencode),
  };
}
