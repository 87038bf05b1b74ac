/** Agents that may say nothing: a message that is not sent is not read, and a node works on those that came. */
import { requireHalfOpen, requireInteger, requireInterval } from "./domain.ts";
import { oddLevelMap } from "./level-map.ts";
import { accuracyFromSignal, type PluralityNode, pluralityLevelMap, signalFromAccuracy } from "./plurality.ts";

/** What somebody says to a task, by the theory. */
export interface Spoken {
  /** δ of what it says where it says something: (k p − 1)/(k − 1), the bias for two answers. */
  readonly signal: number;
  /** P(it says nothing) */
  readonly silent: number;
}

/**
 * An agent that is right on a share p of its answers, and gives none on another.
 *
 * @param accuracy  p in [0, 1 − silent]: right answers among all, given or not
 * @param options   k ≥ 2 answers, the wrong ones equally likely
 */
export function spokenBy(accuracy: number, silent: number, options: number): Spoken {
  requireInterval({ silent }, 0, 1);
  requireInterval({ accuracy }, 0, 1);
  const given = 1 - silent;
  return { signal: given > 0 ? signalFromAccuracy(Math.min(1, accuracy / given), options) : 0, silent };
}

/** P(right), silence counted as not right. */
export function accuracyOf({ signal, silent }: Spoken, options: number): number {
  const inside = Math.max(-1 / (options - 1), Math.min(1, signal)); // rounding may have carried it outside
  return (1 - silent) * accuracyFromSignal(inside, options);
}

/** Beyond this fan-in the number of messages that come is taken by its mean and variance. */
const countedMax = 33;

/**
 * One node of b children of which each says nothing with probability s: J ~ Binomial(b, 1 − s) messages come, and where
 * none does the node says nothing either.
 *
 *   δ ↦ Σ_{J ≥ 1} P(J)/(1 − s^b) · F_J(δ),   s ↦ s^b,   F_J the level map of fan-in J, F_1(δ) = γ δ
 *
 * Beyond a fan-in of 33 the mean of F_J over J is that at one standard deviation on either side of the mean of J.
 *
 * @see §3.1 and §8 for a node to which every message comes; the mean over J derived
 */
export function heardLevelMap(
  { signal, silent }: Spoken,
  { votes, options, fidelity, rho = 0 }: PluralityNode,
): Spoken {
  requireInteger({ votes }, 1);
  requireInterval({ silent }, 0, 1);
  requireHalfOpen({ fidelity }, 0, 1);
  const of = (came: number) =>
    options === 2
      ? oddLevelMap(signal, { fanIn: came - 1 + (came % 2), fidelity, rho }) // an even vote, ties by coin, is worth one less
      : pluralityLevelMap(signal, { votes: came, options, fidelity, rho });
  if (silent === 0) return { signal: of(votes), silent };
  if (silent === 1) return { signal, silent };
  const [given, none] = [1 - silent, silent ** votes];
  if (votes <= countedMax) {
    let [sum, probability] = [0, given ** votes]; // of all messages, then of ever fewer
    for (let came = votes; came >= 1 && (probability > 1e-16 || came > votes * given); came--) {
      sum += probability * of(came);
      probability *= (came * silent) / ((votes - came + 1) * given);
    }
    return { signal: sum / (1 - none), silent: none };
  }
  const mean = (votes * given) / (1 - none);
  const deviation = Math.sqrt(Math.max(0, mean * (silent + votes * given) - mean * mean));
  const between = (came: number) => {
    const [few, share] = [Math.floor(came), came % 1];
    return share === 0 ? of(few) : (1 - share) * of(few) + share * of(few + 1);
  };
  const inside = (came: number) => Math.max(1, Math.min(votes, came));
  return { signal: (between(inside(mean - deviation)) + between(inside(mean + deviation))) / 2, silent: none };
}
