import { VIRTUAL_MODULES } from "../closure/edges.ts";

/** What user code finds under the names the program gives it; made when the first import asks. */
export type VirtualModules = Readonly<Record<(typeof VIRTUAL_MODULES)[number], () => object | Promise<object>>>;

/** Makes the modules importable in this process; asked again, it replaces nothing that was imported. */
export function installModules(modules: VirtualModules): void {
  Bun.plugin({
    name: "cueloop-modules",
    setup(build) {
      for (const name of VIRTUAL_MODULES) {
        build.module(name, () => {
          const made = modules[name]();
          // What is made at once can be had by `require`, too.
          return made instanceof Promise ? made.then(asModule) : asModule(made);
        });
      }
    },
  });
}

function asModule(exports: object): { exports: Record<string, unknown>; loader: "object" } {
  return { exports: { ...exports }, loader: "object" };
}
