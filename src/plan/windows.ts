// What the reader's context window decides: up to which W a star is the better way to read, and below which only a tree is.

import type { Candidate } from "./candidates.ts";
import { equalScores, movedAccuracy } from "./choose.ts";
import type { WindowSweep } from "./plan-types.ts";
import type { Proposal } from "./reader-shapes.ts";

const points = 24;

/**
 * The best star and the best tree of readers within the budget at windows in equal ratios, from what the smallest star needs
 * to `widest` times the window of the reader.
 *
 * @param proposals  within the budget, of every window
 */
export function sweepWindows(
  proposals: readonly Proposal[],
  price: (proposal: Proposal) => Candidate,
  options: { readonly reader: string; readonly window: number; readonly widest: number; readonly confidence: number },
): WindowSweep {
  const { reader, window, widest, confidence } = options;
  const stars = steps(proposals.filter(({ layers }) => layers === 1));
  const trees = steps(proposals.filter(({ layers }) => layers > 1));
  const needs = proposals.map(({ windowTokens }) => windowTokens);
  const least = needs.reduce((min, need) => Math.min(min, need), Number.POSITIVE_INFINITY);
  const most = Number.isFinite(window) ? widest * window : needs.reduce((max, need) => Math.max(max, need), 0);
  const count = most > least ? points : 0;
  const told = (proposal: Proposal | undefined) => {
    if (!proposal) return null;
    const { team, vote, score } = price(proposal);
    return { team: team.text, accuracy: movedAccuracy(vote!, score, confidence) };
  };
  return {
    reader,
    contextTokens: Number.isFinite(window) ? window : null,
    points: Array.from({ length: count }, (_, i) => {
      const contextTokens = Math.round(least * (most / least) ** (i / (points - 1)));
      return { contextTokens, star: told(bestAt(stars, contextTokens)), tree: told(bestAt(trees, contextTokens)) };
    }),
    hierarchyBelow: hierarchyBelow(stars, trees),
  };
}

/** The best team of every window from its own need on: each needs more than the one before, and is better. */
type Steps = readonly Proposal[];

function steps(proposals: readonly Proposal[]): Steps {
  const found: Proposal[] = [];
  for (const proposal of proposals.toSorted((a, b) => a.windowTokens - b.windowTokens || b.score - a.score))
    if (found.length === 0 || proposal.score > found.at(-1)!.score) found.push(proposal);
  return found;
}

function bestAt(found: Steps, window: number): Proposal | undefined {
  return found.findLast(({ windowTokens }) => windowTokens <= window);
}

/**
 * The window from which on stars are as good as trees, within 0.1 points; null where trees are nowhere better, or where
 * they still are at the widest: then not the window makes them so.
 */
function hierarchyBelow(stars: Steps, trees: Steps): number | null {
  const turns = [...stars, ...trees].map(({ windowTokens }) => windowTokens).toSorted((a, b) => a - b);
  const isTree = (window: number) => {
    const [star, tree] = [bestAt(stars, window), bestAt(trees, window)];
    return tree !== undefined && (star === undefined || tree.score > star.score + equalScores);
  };
  const last = turns.findLastIndex(isTree);
  return last < 0 || last === turns.length - 1 ? null : turns[last + 1]!;
}
