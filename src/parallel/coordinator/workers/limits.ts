import { formatTimestamp, type Instant, parseTimestamp } from "../../../base/clock.ts";

/** Which agents have reached their usage limit, and until when. */
export class Limits {
  readonly #until = new Map<string, Instant>();

  /**
   * Notes a limit. `until`: RFC 3339.
   * @returns whether it reaches further than what was known
   */
  note(runner: string, until: string): boolean {
    const instant = parseTimestamp(until)?.instant;
    if (instant === undefined || instant <= (this.#until.get(runner) ?? 0n)) return false;
    this.#until.set(runner, instant);
    return true;
  }

  /** The limits in force, for a worker that starts. */
  inForce(now: Instant): { readonly runner: string; readonly until: string }[] {
    return [...this.#until].filter(([, until]) => until > now).map(([runner, until]) => ({ runner, until: formatTimestamp(until) }));
  }
}
