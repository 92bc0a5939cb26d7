import { formatTimestamp } from "../../../base/clock.ts";
import { bootId, hostName, pidNamespace, processStart } from "../../../base/identity.ts";
import type { RepoContext } from "../../../config/context.ts";

/** Who holds a lock, as its owner file tells. Keys the file does not have are null. */
export interface LockOwner {
  readonly pid: number;
  /** RFC 3339, or `unknown`. */
  readonly startedAt: string;
  readonly command: string;
  readonly label: string;
  readonly host: string | null;
  /** The kernel's id of the boot the holder ran in. */
  readonly bootId: string | null;
  /** Inode number of the holder's pid namespace. */
  readonly pidNs: string | null;
  /** The run the holder is or belongs to. */
  readonly runId: string | null;
  /** Start time of the holder's process, told apart from a later one with the same pid; only in the inner mutex. */
  readonly pidStart: string | null;
}

/** Where a process lives, as far as pids are concerned. */
export interface Place {
  readonly host: string;
  readonly bootId: string | null;
  readonly pidNs: string | null;
}

export function ourPlace(): Place {
  return { host: hostName(), bootId: bootId(), pidNs: pidNamespace() };
}

/** This process as the holder of a lock, from now on. */
export function ownerHere(ctx: Pick<RepoContext, "clock" | "redact" | "insideRun">, label: string, runId?: string): LockOwner {
  const words = process.argv.slice(2).join(" ").replaceAll(/\s+/g, " ").trim();
  return {
    pid: process.pid,
    startedAt: formatTimestamp(ctx.clock.now()),
    command: words === "" ? "unknown" : ctx.redact(`cueloop ${words}`).replaceAll(/\s+/g, " "),
    label: label.trim() === "" ? "unspecified" : label.trim(),
    ...ourPlace(),
    runId: runId ?? ctx.insideRun?.runId ?? null,
    pidStart: processStart(process.pid),
  };
}

/** Text of an owner file: one `key: value` a line; keys without a value are left out. */
export function formatOwner(owner: LockOwner, options: { readonly withPidStart?: boolean } = {}): string {
  const lines = [`pid: ${owner.pid}`, `started_at: ${owner.startedAt}`, `command: ${owner.command}`, `label: ${owner.label}`];
  if (owner.host !== null) lines.push(`host: ${owner.host}`);
  if (owner.bootId !== null) lines.push(`boot_id: ${owner.bootId}`);
  if (owner.pidNs !== null) lines.push(`pid_ns: ${owner.pidNs}`);
  if (owner.runId !== null) lines.push(`run_id: ${owner.runId}`);
  if (options.withPidStart === true && owner.pidStart !== null) lines.push(`pid_start: ${owner.pidStart}`);
  return `${lines.join("\n")}\n`;
}

/** The owner a file's text names; null when it has no usable pid, which makes the whole owner unknown. Other keys are ignored. */
export function parseOwner(text: string): LockOwner | null {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const digits = values.get("pid") ?? "";
  const pid = Number(digits);
  if (!/^\d{1,10}$/.test(digits) || pid === 0 || pid > 4_294_967_295) return null;
  const known = (key: string) => values.get(key) || "unknown";
  const optional = (key: string) => values.get(key) || null;
  return {
    pid,
    startedAt: known("started_at"),
    command: known("command"),
    label: known("label"),
    host: optional("host"),
    bootId: optional("boot_id"),
    pidNs: optional("pid_ns"),
    runId: optional("run_id"),
    pidStart: optional("pid_start"),
  };
}
