import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Crasher } from "./crash.ts";
import { damage, original } from "./damage.ts";

// The short version; damage.long.test.ts damages hundreds.
describe("a damaged journal", { timeout: 180_000 }, () => {
  let crasher: Crasher;
  beforeAll(async () => {
    crasher = await Crasher.start();
  });
  afterAll(() => crasher.close());

  it.each([
    { name: "that was over", killed: false },
    { name: "that was killed", killed: true },
  ])("of a run $name is taken whole or refused with a reason", async ({ killed }) => {
    const of = await original(crasher, killed);
    for (let seed = 1; seed <= 3; seed++) expect((await damage(crasher, of, seed)).problems).toEqual([]);
  });
});
