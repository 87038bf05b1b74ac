import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import * as stores from "./index.ts";
import { inMemory } from "./memory.ts";
import type { Store, StoreKind } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "quorate-store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let directories = 0;
const directory = () => join(root, `run-${directories++}`);

const create = { mode: "create", reuse: [] } as const;
const resume = { mode: "resume", reuse: [] } as const;
/** A line as the ledger writes them: JSON, and now and then an answer behind a tab. */
const anyLine = fc
  .tuple(fc.string({ unit: "binary" }), fc.option(fc.string(), { nil: undefined }))
  .map(([body, answer]) =>
    answer === undefined ? JSON.stringify({ body }) : `${JSON.stringify({ body })}\t${JSON.stringify({ answer })}`,
  );

async function all(store: Store): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const more = await store.scan(lines.length);
    if (more.length === 0) return lines;
    lines.push(...more);
  }
}

describe.each(Object.entries<StoreKind>(stores))("%s", (_name, kind) => {
  it("gives back what it was given, in order and by number", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyLine, { minLength: 1, maxLength: 8 }), { maxLength: 5 }),
        async (batches) => {
          const store = await kind.open(directory(), create);
          for (const lines of batches) await store.commit({ lines });
          const lines = batches.flat();
          expect(await all(store)).toEqual(lines);
          const places = lines.map((_, i) => ({ source: 0, line: i + 1 })).reverse();
          expect(await store.read(places)).toEqual([...lines].reverse());
          expect(await store.pick(lines.map((_, i) => i + 1))).toEqual(
            lines.map((line) => JSON.parse(line.split("\t")[0]!)),
          );
          await store.close();
        },
      ),
      { numRuns: 15 },
    );
  });

  it("takes more lines in one batch than it hands over at once", async () => {
    const store = await kind.open(directory(), create);
    const lines = Array.from({ length: 10_000 }, (_, i) => JSON.stringify({ i, filling: "x".repeat(i % 997) }));
    await store.commit({ lines });
    expect(await all(store)).toEqual(lines);
    await store.close();
  });

  it("starts empty", async () => {
    const store = await kind.open(directory(), create);
    expect(store.stored).toMatchObject({ lines: 0, state: null, tail: [], tailAfter: 0 });
    expect(await all(store)).toEqual([]);
    await store.close();
  });

  it("has nothing to resume where nothing began", async () => {
    await expect(kind.open(directory(), resume)).rejects.toMatchObject({ code: "run-missing" });
    await expect(kind.open(directory(), { ...create, reuse: [directory()] })).rejects.toMatchObject({
      code: "run-missing",
    });
  });

  it("says in one line what it is", () => expect(kind.summary).toMatch(/^.{10,80}$/));
});

// The one in memory that lives on stands for a disk in tests of the ledger, so it must do what the disk does.
describe.each<[string, StoreKind]>([
  ["a disk in memory", inMemory()],
  ...Object.entries<StoreKind>(stores).filter(([, kind]) => kind.durable),
])("%s, opened again", (_name, kind) => {
  it("has every batch, the last mark, the segments of all marks, and the lines after the last", async () => {
    const where = directory();
    const first = await kind.open(where, create);
    await first.commit({ lines: ['{"a":1}', '{"a":2}\t{"finish":"stop"}'] });
    await first.commit({
      lines: ['{"a":3}'],
      mark: { state: "one", answers: Uint32Array.of(4_000_000_000, 2), ended: Uint32Array.of(3) },
    });
    await first.close();
    const second = await kind.open(where, resume);
    expect(second.stored).toMatchObject({ lines: 3, state: "one", tail: [], tailAfter: 3 });
    await second.commit({
      lines: ['{"a":4}'],
      mark: { state: "two", answers: Uint32Array.of(7, 4), ended: Uint32Array.of() },
    });
    await second.commit({ lines: ['{"a":5}', '{"a":6}\t{}'] });
    await second.close();
    const third = await kind.open(where, resume);
    expect(third.stored).toMatchObject({ lines: 6, state: "two", tail: ['{"a":5}', '{"a":6}\t{}'], tailAfter: 4 });
    expect([...third.stored.answers]).toEqual([4_000_000_000, 2, 7, 4]);
    expect([...third.stored.ended]).toEqual([3]);
    expect(await all(third)).toHaveLength(6);
    await third.close();
  });

  it("takes a mark without lines, twice at the same place", async () => {
    const where = directory();
    const store = await kind.open(where, create);
    await store.commit({ lines: ["{}"] });
    const none = { answers: Uint32Array.of(), ended: Uint32Array.of() };
    await store.commit({ lines: [], mark: { ...none, state: "one", answers: Uint32Array.of(5, 1) } });
    await store.commit({ lines: [], mark: { ...none, state: "two" } });
    await store.close();
    const again = await kind.open(where, resume);
    expect(again.stored).toMatchObject({ lines: 1, state: "two", tailAfter: 1 });
    expect([...again.stored.answers]).toEqual([5, 1]);
    await again.close();
  });

  it("refuses to create a run where one is, and leaves it as it was", async () => {
    const where = directory();
    const store = await kind.open(where, create);
    await store.commit({ lines: ['{"a":1}'] });
    await store.close();
    await expect(kind.open(where, create)).rejects.toMatchObject({ code: "run-exists" });
    const again = await kind.open(where, resume);
    expect(await all(again)).toEqual(['{"a":1}']);
    await again.close();
  });

  it("reads lines of other runs, and where their answers are", async () => {
    const [other, where] = [directory(), directory()];
    const source = await kind.open(other, create);
    await source.commit({
      lines: ['{"key":"k"}\t{"finish":"stop"}'],
      mark: { state: "s", answers: Uint32Array.of(9, 1), ended: Uint32Array.of() },
    });
    await source.close();
    const store = await kind.open(where, { mode: "create", reuse: [other] });
    expect(store.stored.reused.map((pairs) => [...pairs])).toEqual([[9, 1]]);
    expect(await store.read([{ source: 1, line: 1 }])).toEqual(['{"key":"k"}\t{"finish":"stop"}']);
    expect(await all(store)).toEqual([]);
    await store.close();
  });
});
