import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import type { Dialect } from "./dialect.ts";
import { opencode } from "./opencode.ts";

/** Every agent that the tables of misbehaviour are run with. */
export const DIALECTS: readonly Dialect[] = [claude, codex, opencode];
