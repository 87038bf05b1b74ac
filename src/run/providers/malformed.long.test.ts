import fc from "fast-check";
import { expect, it } from "vitest";
import { checkMalformed, malformed } from "../../../test/run/malformed.ts";

it("makes a typed result of 100,000 answers that are none", async () => {
  let sum = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const seen = await checkMalformed(fc.sample(malformed, { seed, numRuns: 10_000 }), seed);
    for (const count of seen.values()) sum += count;
  }
  expect(sum).toBe(100_000);
});
