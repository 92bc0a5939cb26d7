import type { Repository } from "./repository.ts";

export interface Seen {
  readonly code: number;
  /** Everything the terminal showed, escape sequences and all. */
  readonly screen: string;
}

/** Runs a program on a terminal of its own and types `keys` as soon as `prompt` is shown. */
export async function onTerminal(repo: Repository, argv: readonly string[], prompt: string, keys: string): Promise<Seen> {
  let screen = "";
  let typed = false;
  const decoder = new TextDecoder();
  const child = Bun.spawn([...argv], {
    cwd: repo.root,
    env: { ...repo.env, TERM: "xterm-256color" },
    terminal: {
      cols: 100,
      rows: 30,
      data(terminal, chunk) {
        screen += decoder.decode(chunk, { stream: true });
        if (typed || !screen.includes(prompt)) return;
        typed = true;
        terminal.write(keys);
      },
    },
  });
  const code = await child.exited;
  child.terminal?.close();
  return { code, screen };
}
