import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/errors.ts";
import * as theory from "../../src/theory/index.ts";
import { argumentsInside, argumentsOutside } from "./domain.ts";
import { entries } from "./domain-table.ts";

function isError(exported: object): boolean {
  return "prototype" in exported && exported.prototype instanceof Error;
}

const functions = Object.fromEntries(
  Object.entries(theory).filter(([, exported]) => typeof exported === "function" && !isError(exported)),
) as Record<string, (...args: any[]) => unknown>;

/** Where in a result a NaN stands; null where none does. */
function nanIn(result: unknown, path = "result"): string | null {
  if (typeof result === "number") return Number.isNaN(result) ? path : null;
  if (typeof result !== "object" || result === null) return null;
  for (const [key, part] of Object.entries(result)) {
    const found = nanIn(part, `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

describe("the functions of the theory", () => {
  it("all have an entry in the table of domains, and every entry has a function", () => {
    expect(Object.keys(entries).sort()).toEqual(Object.keys(functions).sort());
  });

  it.each(Object.entries(entries))("%s gives a number of its range wherever it is defined", (name, entry) => {
    fc.assert(
      fc.property(argumentsInside(entry.takes), (args) => {
        const result = functions[name]!(...args);
        expect(nanIn(result)).toBeNull();
        if (!entry.gives(result, ...args)) throw new Error(`${JSON.stringify(result)} is out of range`);
      }),
      { numRuns: entry.runs ?? 300, seed: 1 },
    );
  });

  const checked = Object.entries(entries).filter(([, { takes }]) => argumentsOutside(takes) !== null);
  it.each(checked)("%s refuses every argument outside its domain by name and value", (name, { takes }) => {
    fc.assert(
      fc.property(argumentsOutside(takes)!, ({ args, argument, value }) => {
        let thrown: unknown;
        try {
          thrown = { returned: functions[name]!(...args) };
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(DomainError);
        const error = thrown as DomainError;
        expect(error.argument).toContain(argument);
        expect(error.value).toEqual(value);
        expect(error.message).toContain(error.argument);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});
