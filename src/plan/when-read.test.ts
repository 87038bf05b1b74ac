import { describe, expect, it } from "vitest";
import { whenRead } from "./when-read.ts";

describe("whenRead", () => {
  it("works out each field once, and only when it is read", () => {
    const made: string[] = [];
    const make = (name: string) => () => {
      made.push(name);
      return name.length;
    };
    const found = whenRead<{ one: number; three: number }>({ one: make("one"), three: make("three") });
    expect(made).toEqual([]);
    expect([found.three, found.three]).toEqual([5, 5]);
    expect(made).toEqual(["three"]);
  });

  it("is copied and written like plain data", () => {
    const found = () => whenRead<{ low: number; high: number }>({ low: () => 1, high: () => 2 });
    const plain = { low: 1, high: 2 };
    expect(JSON.stringify(found())).toBe(JSON.stringify(plain));
    expect({ ...found() }).toEqual(plain);
    expect(structuredClone(found())).toEqual(plain);
    expect(found()).toEqual(plain);
  });
});
