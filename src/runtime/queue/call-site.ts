/**
 * Does the work of a function of the module, asynchronously: where it fails, the stack of the error leads back to the
 * line that called, which the engine forgets at the first wait.
 */
export async function fromCaller<T>(work: () => Promise<T>): Promise<T> {
  const site = new Error();
  try {
    return await work();
  } catch (error) {
    const frames = site.stack?.split("\n").slice(1).join("\n") ?? "";
    if (error instanceof Error && frames !== "") error.stack = `${error.stack ?? error.message}\n${frames}`;
    throw error;
  }
}
