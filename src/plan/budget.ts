import { KnownError } from "../errors.ts";
import type { Budget, CostUnit } from "./plan-types.ts";

/** The text is no amount with a unit. */
export class BudgetFormat extends KnownError {
  readonly code = "budget-format";
  constructor(text: string, happened: string) {
    super(
      `"${text}" is no budget: ${happened}.`,
      "Write an amount with its unit: 2000tok, '$0.01', 5calls, 3s or 2min (quote the dollar sign in a shell).",
    );
  }
}

const units: Readonly<Record<string, readonly [CostUnit, number]>> = {
  tok: ["tokens", 1],
  token: ["tokens", 1],
  tokens: ["tokens", 1],
  ktok: ["tokens", 1e3],
  Mtok: ["tokens", 1e6],
  call: ["calls", 1],
  calls: ["calls", 1],
  usd: ["usd", 1],
  s: ["seconds", 1],
  sec: ["seconds", 1],
  seconds: ["seconds", 1],
  min: ["seconds", 60],
  h: ["seconds", 3600],
};

/** True where so much is paid, but for rounding. */
export function isWithin(cost: number, { amount }: Pick<Budget, "amount">): boolean {
  return cost <= amount * (1 + 1e-9);
}

/**
 * An amount with its unit: `2000tok`, `$0.01`, `5calls`, `3s`, `2min`. Commas and underscores may separate thousands.
 *
 * @throws {BudgetFormat} for a bare number, an unknown unit, and amounts that are not positive
 */
export function parseBudget(text: string): Budget {
  const match = /^\s*(\$?)\s*([+-]?[\d.,_]+(?:e[+-]?\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  if (!match) throw new BudgetFormat(text, "there is no amount in it");
  const [, dollar = "", digits = "", name = ""] = match;
  if (digits.includes(",") && !/^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits))
    throw new BudgetFormat(text, `the comma in ${digits} separates no thousands; decimals follow a point`);
  const amount = Number(digits.replaceAll(/[,_]/g, ""));
  if (!(amount > 0 && Number.isFinite(amount))) throw new BudgetFormat(text, `${digits} is not a number above 0`);
  if (dollar) {
    if (name) throw new BudgetFormat(text, `it has two units, $ and ${name}`);
    return { amount, unit: "usd" };
  }
  if (!name) throw new BudgetFormat(text, "the unit is missing");
  const unit = Object.hasOwn(units, name) ? units[name] : undefined;
  if (!unit) throw new BudgetFormat(text, `"${name}" is no unit of money, tokens, calls or time`);
  return { amount: amount * unit[1], unit: unit[0] };
}

/**
 * As a person writes it: $0.012, 5 calls, 2,000 tokens, 3 s; below 1 three significant digits.
 *
 * @param roundingMode  "ceil" for an amount that must suffice as it is printed
 */
export function printBudget({ amount, unit }: Budget, roundingMode: "halfExpand" | "ceil" = "halfExpand"): string {
  const digits = amount < 1 ? { maximumSignificantDigits: 3 } : decimals[unit];
  const known = Number(amount.toPrecision(12)); // the rest is noise of sums, which must not round up
  const text = known.toLocaleString("en-US", { ...digits, roundingMode });
  if (unit === "usd") return `$${text}`;
  if (unit === "seconds") return `${text} s`;
  if (unit === "calls") return `${text} ${text === "1" ? "call" : "calls"}`;
  return `${text} tokens`;
}

const decimals: Readonly<Record<CostUnit, Intl.NumberFormatOptions>> = {
  usd: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  seconds: { maximumFractionDigits: 1 },
  calls: { maximumFractionDigits: 2 },
  tokens: { maximumFractionDigits: 0 },
};
