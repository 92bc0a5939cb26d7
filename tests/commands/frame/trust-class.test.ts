import { expect, test } from "bun:test";
import { TRUST_CLASSES } from "../../../src/commands/frame/trust-class.ts";
import { registry } from "../../../src/commands/registry.ts";

test("every command has its trust class, and nothing else has one", () => {
  expect(Object.keys(TRUST_CLASSES).sort()).toEqual(Object.keys(registry).sort());
});

test("a command that starts what the configuration names is of class 2, and no other is but by name", () => {
  const executing = Object.keys(registry).filter((path) => registry[path]?.kind === "execute");
  expect(executing.length).toBeGreaterThan(3);
  expect(executing.filter((path) => TRUST_CLASSES[path] !== 2)).toEqual([]);
});
