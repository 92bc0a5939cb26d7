import { expect, test } from "bun:test";
import { sha256 } from "../../../src/base/files.ts";
import type { Books } from "../../../src/queue/books.ts";
import { renderQueueFile } from "../../../src/queue/file.ts";
import { grownText } from "../../../src/queue/store/grown.ts";
import { withQueue } from "../../../src/queue/store/transaction.ts";
import { aTask } from "../books.ts";
import { Store } from "./store.ts";

const MANY = Array.from({ length: 1_000 }, (_, index) =>
  aTask(`RQ-${String(index + 1).padStart(4, "0")}`, { title: `“${index}” \\ \t`, description: "x".repeat(200) }),
);
const before = { version: 1, tasks: MANY };
const text = renderQueueFile(before);

const more = (id: string) => (books: Books) => ({
  books: { ...books, queue: { ...books.queue, tasks: [...books.queue.tasks, aTask(id, { title: `More\n${id}` })] } },
  result: null,
});
const add = (at: Store, id: string) => withQueue(at.ctx, { label: "task", operation: `task add ${id}`, validateFirst: true }, more(id));

test("tasks behind the last are put behind the text that stays, byte for byte as if all were rendered", async () => {
  using at = new Store();
  at.write("queue.jsonc", text);
  await add(at, "RQ-2001");
  const first = { version: 1, tasks: [...MANY, aTask("RQ-2001", { title: "More\nRQ-2001" })] };
  expect(at.read("queue.jsonc")).toBe(renderQueueFile(first));
  const next = { version: 1, tasks: [...first.tasks, aTask("RQ-2002", { title: "More\nRQ-2002" })] };
  expect(grownText(at.ctx, at.read("queue.jsonc"), first, next)?.parts.join("")).toBe(renderQueueFile(next));
  await add(at, "RQ-2002");
  expect(at.read("queue.jsonc")).toBe(renderQueueFile(next));
  const snapshot = JSON.parse(at.read(`cache/undo/${at.list("cache/undo").at(-1)}`) ?? "");
  expect(snapshot.queue_json).toEqual(first);
  expect(snapshot.done_json).toEqual({ version: 1, tasks: [] });
  expect(snapshot.after).toEqual({ queue: `sha256:${sha256(renderQueueFile(next))}`, done: null });
});

const grown = { version: 1, tasks: [...MANY, aTask("RQ-2001")] };

test.each([
  ["another layout", text.replaceAll('"tags": []', '"tags":  []'), before, grown],
  ["a comment", `${text.slice(0, -2)} // mine\n]\n}`, before, grown],
  ["no file", null, before, grown],
  ["nothing new", text, before, before],
  ["a task in front", text, before, { version: 1, tasks: [aTask("RQ-2001"), ...MANY] }],
  ["a changed task", text, before, { version: 1, tasks: [...MANY.with(500, aTask("RQ-2002")), aTask("RQ-2001")] }],
  ["another version", text, before, { ...grown, version: 2 }],
])("everything is rendered for %s", (_, present, parsed, next) => {
  using at = new Store();
  at.write("cache/queue-rendered.sha256", `sha256:${sha256(text)}\n`);
  expect(grownText(at.ctx, text, before, grown)).not.toBeNull();
  expect(grownText(at.ctx, present, parsed, next)).toBeNull();
});

test.each(["", "sha256:", "sha256:00", "\0"])("the note %j fits no file", (note) => {
  using at = new Store();
  at.write("cache/queue-rendered.sha256", note);
  expect(grownText(at.ctx, text, before, grown)).toBeNull();
});

test("a file changed by hand is put in canonical form by the next change", async () => {
  using at = new Store();
  at.write("queue.jsonc", text);
  await add(at, "RQ-2001");
  at.write("queue.jsonc", JSON.stringify(JSON.parse(at.read("queue.jsonc") ?? "")));
  await add(at, "RQ-2002");
  const tasks = [...MANY, ...["RQ-2001", "RQ-2002"].map((id) => aTask(id, { title: `More\n${id}` }))];
  expect(at.read("queue.jsonc")).toBe(renderQueueFile({ version: 1, tasks }));
});
