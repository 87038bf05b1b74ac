/** Fidelity curves γ(m): how much of a vote's bias survives a message of m tokens. */
import { DomainError } from "../errors.ts";
import {
  requireHalfOpen,
  requireInteger,
  requireInterval,
  requireNonNegative,
  requirePositive,
  requireSameLength,
} from "./domain.ts";
import { type Aggregation, amplification } from "./level-map.ts";

/** Parameters of the exponential and of the Hill family. */
export interface FidelityLaw {
  /** m₀ > 0, tokens: the length at which the curve bends. */
  readonly lengthScale: number;
  /** a > 0. @default 1 */
  readonly shape?: number;
  /** γ of an endless message, in (0, 1]. @default 1 */
  readonly fidelityMax?: number;
}

/** With its defaults filled in. */
export function requireFidelityLaw({ lengthScale, shape = 1, fidelityMax = 1 }: FidelityLaw): Required<FidelityLaw> {
  requirePositive({ lengthScale, shape });
  requireHalfOpen({ fidelityMax }, 0, 1);
  return { lengthScale, shape, fidelityMax };
}

/** γ_max (1 − exp(−(m/m₀)^a)), for m ≥ 0 tokens. §6, derived. */
export function fidelityExponential(messageTokens: number, law: FidelityLaw): number {
  requireNonNegative({ messageTokens });
  const { lengthScale, shape, fidelityMax } = requireFidelityLaw(law);
  return -fidelityMax * Math.expm1(-((messageTokens / lengthScale) ** shape));
}

/**
 * Message length of that fidelity: m₀ (−ln(1 − γ/γ_max))^(1/a), +∞ where γ ≥ γ_max. At γ_c it is the shortest useful message.
 *
 * @param fidelity  γ in [0, 1]
 * @see             §6, derived
 */
export function fidelityExponentialInverse(fidelity: number, law: FidelityLaw): number {
  requireInterval({ fidelity }, 0, 1);
  const { lengthScale, shape, fidelityMax } = requireFidelityLaw(law);
  if (fidelity >= fidelityMax) return Number.POSITIVE_INFINITY;
  return lengthScale * (-Math.log1p(-fidelity / fidelityMax)) ** (1 / shape);
}

/** γ_max m^a/(m^a + m₀^a), for m ≥ 0 tokens. §6, derived. */
export function fidelityHill(messageTokens: number, law: FidelityLaw): number {
  requireNonNegative({ messageTokens });
  const { lengthScale, shape, fidelityMax } = requireFidelityLaw(law);
  const power = (messageTokens / lengthScale) ** shape;
  return power === Number.POSITIVE_INFINITY ? fidelityMax : (fidelityMax * power) / (1 + power);
}

/**
 * Piecewise linear through (0, 0) and the measured points, flat beyond the last.
 *
 * @param messageTokens  m ≥ 0
 * @param lengths        measured lengths > 0, increasing
 * @param fidelities     at those lengths, after isotonic regression
 * @see                  §6, derived
 */
export function interpolateFidelity(
  messageTokens: number,
  lengths: readonly number[],
  fidelities: readonly number[],
): number {
  requireNonNegative({ messageTokens });
  requireSameLength({ fidelities }, lengths.length);
  for (const fidelity of fidelities) requireInterval({ fidelity }, 0, 1);
  if (!lengths.every((length, i) => length > (i === 0 ? 0 : lengths[i - 1]!)))
    throw new DomainError("lengths", `[${lengths.join(", ")}]`, "positive and increasing");
  let [before, at] = [0, 0];
  for (const [i, length] of lengths.entries()) {
    const fidelity = fidelities[i]!;
    if (messageTokens <= length) return at + ((fidelity - at) * (messageTokens - before)) / (length - before);
    [before, at] = [length, fidelity];
  }
  return at;
}

export interface FanInChoice {
  readonly fanIn: number;
  readonly exponent: number;
  readonly messageTokens: number;
  readonly alpha: number;
}

/**
 * The odd fan-in that maximizes s = ln α/ln b when every message uses its whole share ⌊W/b⌋ of the window: wider nodes read
 * shorter messages.
 *
 * @param windowTokens  W
 * @param law           exponential fidelity
 * @param rho           ρ in [0, 1]
 * @returns             null where no three messages of `messageTokensMin` fit
 * @see                 §5.4, derived
 */
export function bestFanInForWindow(
  windowTokens: number,
  law: FidelityLaw,
  rho: number,
  { fanInMax = 1001, messageTokensMin = 1 }: { readonly fanInMax?: number; readonly messageTokensMin?: number } = {},
): FanInChoice | null {
  requireNonNegative({ windowTokens });
  requirePositive({ messageTokensMin });
  requireInteger({ fanInMax }, 1);
  requireInterval({ rho }, 0, 1);
  requireFidelityLaw(law);
  let best: FanInChoice | null = null;
  for (let fanIn = 3; fanIn <= fanInMax; fanIn += 2) {
    const messageTokens = Math.floor(windowTokens / fanIn);
    if (messageTokens < messageTokensMin) break;
    const aggregation: Aggregation = { fanIn, fidelity: fidelityExponential(messageTokens, law), rho };
    if (aggregation.fidelity === 0) break;
    const alpha = amplification(aggregation);
    const exponent = Math.log(alpha) / Math.log(fanIn);
    if (best === null || exponent > best.exponent) best = { fanIn, exponent, messageTokens, alpha };
  }
  return best;
}
