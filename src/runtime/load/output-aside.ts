/** By which names the C library is there: glibc, musl, macOS. */
const LIBRARIES = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`, "libSystem.B.dylib"];
const FUNCTIONS = {
  dup: { args: ["i32"], returns: "i32" },
  dup2: { args: ["i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
} as const;
const [STDOUT, STDERR] = [1, 2];

/**
 * Does the work with standard output leading where standard error does: what programs that it starts print, and what is
 * written past every stand-in, cannot get among the output of the command. Where the C library cannot be had, as it is.
 */
export async function withOutputAside<T>(work: () => Promise<T>): Promise<T> {
  const library = await openLibrary();
  const kept = library?.dup(STDOUT) ?? -1;
  if (library === null || kept < 0) return work();
  library.dup2(STDERR, STDOUT);
  try {
    return await work();
  } finally {
    library.dup2(kept, STDOUT);
    library.close(kept);
  }
}

async function openLibrary() {
  if (process.platform === "win32") return null;
  const { dlopen } = await import("bun:ffi");
  for (const name of LIBRARIES) {
    try {
      return dlopen(name, FUNCTIONS).symbols;
    } catch {
      // It has another name here.
    }
  }
  return null;
}
