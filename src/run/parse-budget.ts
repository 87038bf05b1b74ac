import { BudgetFormat, parseBudget as parseAmount } from "../plan/budget.ts";
import type { CostUnit } from "../plan/plan-types.ts";
import type { Caps } from "../trace/event.ts";

/** More commas than this are no budget: units are four. */
const partsMax = 12;

/** Of a unit: the cap that it sets, and how many of the ledger's whole numbers one of it is. */
const caps: Readonly<Record<CostUnit, readonly [keyof Caps, number]>> = {
  tokens: ["tokens", 1],
  calls: ["calls", 1],
  usd: ["nanoUsd", 1e9],
  seconds: ["ms", 1e3],
};

/**
 * Caps of a run, a task or an agent: `$5`, `2000000tok`, `500calls`, `90s`, `30min`, or several of them, `$5,30min`.
 * Thousands may be separated by commas where that can be read in one way only.
 *
 * @throws {BudgetFormat} for a bare number, 0, negative amounts, unknown units, a unit that is named twice
 */
export function parseBudget(text: string): Caps {
  const parts = text.split(",");
  const ways = parts.length > partsMax ? [] : readings(parts);
  if (ways.length > 1) throw new BudgetFormat(text, "its commas can be read in two ways; write thousands without them");
  const [only] = ways;
  if (only) return capsOf(only, text);
  // No reading: say what is wrong with the first part that is wrong by itself.
  for (const part of parts) capsOf([part], text);
  throw new BudgetFormat(text, "it cannot be read");
}

/** Every way to join neighbouring parts such that each is an amount with its unit. */
function readings(parts: readonly string[]): readonly (readonly string[])[] {
  if (parts.length === 0) return [[]];
  return parts.flatMap((_, i) => {
    const head = parts.slice(0, i + 1).join(",");
    return isAmount(head) ? readings(parts.slice(i + 1)).map((rest) => [head, ...rest]) : [];
  });
}

function isAmount(text: string): boolean {
  try {
    parseAmount(text);
    return true;
  } catch (error) {
    if (error instanceof BudgetFormat) return false;
    throw error;
  }
}

function capsOf(parts: readonly string[], text: string): Caps {
  const found: { -readonly [Unit in keyof Caps]: Caps[Unit] } = {};
  for (const part of parts) {
    const { amount, unit } = parseAmount(part);
    const [cap, factor] = caps[unit];
    if (found[cap] !== undefined) throw new BudgetFormat(text, `it states two limits in ${unit}`);
    found[cap] = wholeAmount(amount * factor, part, text);
  }
  return found;
}

/** Down to a whole number, so that no more is spent than was said; what binary fractions lose does not count. */
function wholeAmount(amount: number, part: string, text: string): number {
  const near = Math.round(amount);
  const down = Math.abs(amount - near) <= 1e-9 * amount ? near : Math.floor(amount);
  if (down < 1) throw new BudgetFormat(text, `${part.trim()} is less than can be counted`);
  if (!Number.isSafeInteger(down)) throw new BudgetFormat(text, `${part.trim()} is more than can be counted`);
  return down;
}

/** For an option that may be repeated: `name=$0.5`, a budget by an agent's name. @throws {BudgetFormat} */
export function parseAgentBudget(text: string): { readonly agent: string; readonly caps: Caps } {
  const at = text.lastIndexOf("="); // names may contain it, budgets cannot
  if (at < 1) throw new BudgetFormat(text, "it names no agent; the form is name=$0.5");
  return { agent: text.slice(0, at).trim(), caps: parseBudget(text.slice(at + 1)) };
}

/** The canonical text of caps: what {@link parseBudget} reads back. */
export function printCaps({ nanoUsd, tokens, calls, ms }: Caps): string {
  return [
    ...(nanoUsd === undefined ? [] : [`$${decimal(nanoUsd, 9)}`]),
    ...(tokens === undefined ? [] : [`${tokens}tok`]),
    ...(calls === undefined ? [] : [`${calls}calls`]),
    ...(ms === undefined ? [] : [printTime(ms)]),
  ].join(",");
}

function printTime(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  return ms % 60_000 === 0 ? `${ms / 60_000}min` : `${decimal(ms, 3)}s`;
}

/** `count` of 10^−places, as decimal digits without noise. */
function decimal(count: number, places: number): string {
  const padded = String(count).padStart(places + 1, "0");
  const fraction = padded.slice(-places).replace(/0+$/, "");
  return padded.slice(0, -places) + (fraction === "" ? "" : `.${fraction}`);
}
