import { repositoryIdentity } from "../../config/trust/repository-key.ts";
import { type Claim, type ClaimContext, type ClaimHolder, liveClaims, takeClaim } from "../../queue/claims/claim.ts";
import { claimKey } from "../../queue/claims/place.ts";
import { claimLost } from "../errors.ts";

type ClaimsContext = ClaimContext & { readonly root: string };

const NONE: ReadonlyMap<string, ClaimHolder> = new Map();

/** The claims of one run on the tasks it works. Outside git there are none: one checkout has one queue lock. */
export class RunClaims {
  readonly #context: ClaimsContext;
  readonly #run: { readonly label: string; readonly runId: string };
  readonly #held = new Map<string, Claim>();
  #common: string | null | undefined = undefined;

  constructor(context: ClaimsContext, run: { readonly label: string; readonly runId: string }) {
    this.#context = context;
    this.#run = run;
  }

  /** Who works which task in another run, by `claimKey`. */
  others(): ReadonlyMap<string, ClaimHolder> {
    const common = this.#place();
    if (common === null) return NONE;
    const live = liveClaims(this.#context, common);
    return new Map([...live].filter(([key, { token }]) => this.#held.get(key)?.token !== token));
  }

  /**
   * Takes a task for this run, where it has not done so before; null when it is ours, else who works it. Call with the
   * queue lock held, before anything is written about the task. Errors: `queue.id_malformed`, `queue.claim_failed`.
   */
  take(taskId: string): ClaimHolder | null {
    const common = this.#place();
    const key = claimKey(taskId);
    if (common === null || this.#held.get(key)?.isOurs() === true) return null;
    const taken = takeClaim(this.#context, common, taskId, { ...this.#run, root: this.#context.root });
    if (taken.kind === "held") return taken.holder;
    this.#held.set(key, taken.claim);
    return null;
  }

  /** Throws `run.claim_lost` when a task that this run took is no longer its own. */
  require(taskId: string): void {
    const key = claimKey(taskId);
    const claim = this.#held.get(key);
    if (claim === undefined || claim.isOurs()) return;
    throw claimLost(taskId, this.others().get(key) ?? null);
  }

  /** Gives every task back. Never throws. */
  release(): void {
    for (const claim of this.#held.values()) claim.release();
    this.#held.clear();
  }

  /** The git directory that all checkouts share; git is not asked. */
  #place(): string | null {
    if (this.#common === undefined) this.#common = repositoryIdentity(this.#context.root).commonDir;
    return this.#common;
  }
}
