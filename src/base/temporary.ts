import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { hasEnded, pidNamespace, processStart } from "./identity.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** `git`: an index or objects of their own, `rules`: other ignore rules, `proof`: the worktree of a commit. */
const KINDS = ["git", "rules", "proof"] as const;
type Kind = (typeof KINDS)[number];

/** Process id, its start, and the namespace in which the id means something. */
const OWNED = new RegExp(`^cueloop-(${KINDS.join("|")})-(\\d+)-(\\d+)-(\\d+)-[^-]+$`);

/** Where temporary files go. */
export function temporaryRoot(env: Environment): string {
  return env["TMPDIR"]?.trim() || tmpdir();
}

/** Makes a temporary directory for a while; its name tells whose it is, should this process be killed meanwhile. */
export function makeTemporary(env: Environment, kind: Kind): string {
  const owner = `${process.pid}-${processStart(process.pid) ?? "0"}-${pidNamespace() ?? "0"}`;
  return mkdtempSync(join(temporaryRoot(env), `cueloop-${kind}-${owner}-`));
}

/** Whether a path is that of a temporary directory whose process is gone. One of another pid namespace is nobody's to judge. */
export function isOrphaned(path: string): boolean {
  const [, , pid, start, namespace] = OWNED.exec(basename(path)) ?? [];
  if (pid === undefined || start === undefined) return false;
  return namespace === (pidNamespace() ?? "0") && hasEnded(Number(pid), start);
}

/** Removes the temporary directories of killed processes; what cannot be removed stays. */
export function removeOrphaned(env: Environment): void {
  let names: string[];
  try {
    names = readdirSync(temporaryRoot(env));
  } catch {
    return;
  }
  for (const name of names) {
    if (!isOrphaned(name)) continue;
    try {
      rmSync(join(temporaryRoot(env), name), { recursive: true, force: true });
    } catch {}
  }
}
