import type { RepoContext } from "../../config/context.ts";
import type { GitContext } from "../../git/run.ts";
import { type StatusDocument, statusDocument } from "./document.ts";
import type { StatusFacts } from "./facts.ts";
import { gatherFacts } from "./gather.ts";

export interface ParallelStatus {
  readonly document: StatusDocument;
  /** What the document was made of, for the text. */
  readonly facts: StatusFacts;
}

/** Where the parallel workers of a repository stand. Takes no lock, writes nothing. Error: `parallel.state_unreadable`. */
export async function parallelStatus(context: RepoContext & GitContext): Promise<ParallelStatus> {
  const facts = await gatherFacts(context);
  return { document: statusDocument(facts), facts };
}
