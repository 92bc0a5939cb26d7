import type { LoadedRepo } from "../../config/resolve.ts";
import { logWarnings, type ReadBooks, readBooks } from "../../queue/store/read.ts";
import { openRepo } from "./repo.ts";
import type { Session } from "./session.ts";

export interface OpenBooks {
  readonly repo: LoadedRepo;
  readonly books: ReadBooks;
}

/** The repository with its tasks, read without a lock; what validation found doubtful is logged unless `quiet`. */
export async function openBooks(session: Session, options: { readonly quiet?: boolean } = {}): Promise<OpenBooks> {
  const repo = await openRepo(session);
  const books = readBooks(repo);
  if (options.quiet !== true) logWarnings(repo, books.warnings);
  return { repo, books };
}
