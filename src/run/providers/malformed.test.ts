import fc from "fast-check";
import { expect, it } from "vitest";
import { checkMalformed, malformed } from "../../../test/run/malformed.ts";

it("makes a typed result of 10,000 answers that are none, and calls free only what was refused", async () => {
  const seed = 20_261_121;
  const seen = await checkMalformed(fc.sample(malformed, { seed, numRuns: 10_000 }), seed);
  // The generator reaches every way of going wrong that an answer has.
  for (const result of [
    "replied stop",
    "replied refused",
    "malformed lost",
    "malformed reported",
    "reset lost",
    "timeout lost",
    "server-error lost",
    "rejected free",
    "throttled free",
    "too-large lost",
  ])
    expect(seen.get(result) ?? 0, `${result} of ${JSON.stringify([...seen])}`).toBeGreaterThan(0);
});
