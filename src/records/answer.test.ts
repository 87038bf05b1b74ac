import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeAnswer, printNumber, readNumber, sameAnswer, withoutUnit } from "./answer.ts";

describe("normalizeAnswer", () => {
  it("does not tell apart case, blanks around and a final full stop", () => {
    expect(["Yes", " yes ", "YES.", "yes ."].map(normalizeAnswer)).toEqual(["yes", "yes", "yes", "yes"]);
  });

  it("keeps what is inside: blanks and decimal points", () => {
    expect(normalizeAnswer("(3, 4)")).not.toBe(normalizeAnswer("(3,4)"));
    expect(normalizeAnswer("1.50")).toBe("1.50");
  });
});

describe("sameAnswer", () => {
  it.each([
    ["1,234", "1234"],
    ["$5", "5.00"],
    ["12.0%", "12"],
    [".35625", "0.35625"],
    ["-7", "-7.0"],
    ["Paris.", "paris"],
  ])("takes %s for %s", (answer, gold) => {
    expect(sameAnswer(answer, gold)).toBe(true);
    expect(sameAnswer(gold, answer)).toBe(true);
  });

  it.each([
    ["12", "13"],
    ["1,2", "12"], // no thousands comma
    ["5 days", "5"],
    ["1e3", "1000"],
    ["", "0"],
    [".", "0"],
    ["12 34", "1234"],
  ])("does not take %j for %j", (answer, gold) => {
    expect(sameAnswer(answer, gold)).toBe(false);
  });

  it("takes every number for itself with two digits more, and for no other", () => {
    const number = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(sameAnswer(a.toFixed(2), String(a))).toBe(true);
        expect(sameAnswer(String(a), String(b))).toBe(a === b);
      }),
    );
  });
});

describe("withoutUnit", () => {
  it("keeps the first number where gold is one", () => {
    expect(withoutUnit("$1,234 per day", "1234")).toBe("1234");
    expect(withoutUnit("40 text{ worker-days}", "40")).toBe("40");
  });

  it("leaves texts alone, and answers without a number", () => {
    expect(withoutUnit("Carol has 1 dog", "Carol")).toBe("Carol has 1 dog");
    expect(withoutUnit("none", "4")).toBe("none");
  });
});

describe("numbers", () => {
  it("are printed as people write them, without exponents", () => {
    expect([18, -0.5, 1e21, -1.25e-7, 123456789012345680000].map(printNumber)).toEqual([
      "18",
      "-0.5",
      "1000000000000000000000",
      "-0.000000125",
      "123456789012345680000",
    ]);
  });

  it("are read back as they were, any of them", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(printNumber(value))).toBe(value === 0 ? 0 : value); // −0 is 0
      }),
    );
  });

  it("are no fractions, no powers and no words", () => {
    expect(["3/4", "1e6", "seven", ""].map(readNumber)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
