// What an endpoint does that the bill and the plan should know: missing usage, cached prompts, reasoning, failures, latencies.

import { memberName } from "../../organizations/cast.ts";
import type { Finding } from "../../plan/plan-types.ts";
import type { Attempt } from "../../records/attempt.ts";
import type { Event } from "../../trace/event.ts";

interface Seen {
  calls: number;
  bounded: number;
  tokensIn: number;
  cached: number;
  tokensOut: number;
  reasoning: number;
  readonly ms: number[];
}

/** Findings about every agent at a level that was asked, and about tries that failed; of the whole journal. */
export async function quirksOf(
  events: AsyncIterable<Event>,
  attempts: readonly Attempt[],
): Promise<readonly Finding[]> {
  const seen = new Map<string, Seen>();
  const failures = new Map<string, number>();
  let lost = 0;
  for await (const event of events) {
    if (event.kind === "try-ended") {
      failures.set(event.reason, (failures.get(event.reason) ?? 0) + 1);
      if (event.bill.billing === "lost") lost++;
    }
    if (event.kind !== "step-ended" || !event.bill || event.reused) continue;
    const name = memberName(event);
    const known = seen.get(name) ?? {
      calls: 0,
      bounded: 0,
      tokensIn: 0,
      cached: 0,
      tokensOut: 0,
      reasoning: 0,
      ms: [],
    };
    seen.set(name, known);
    known.calls++;
    if (event.bill.billing === "bounded") known.bounded++;
    if (event.ms !== undefined) known.ms.push(event.ms);
    const { tokens } = event.bill;
    if (!tokens) continue;
    known.tokensIn += tokens.tokensIn;
    known.cached += tokens.tokensInCached;
    known.tokensOut += tokens.tokensOut;
    known.reasoning += tokens.tokensReasoning;
  }
  return [
    ...[...seen].flatMap(([name, one]) => quirks(name, one)),
    ...silence(attempts),
    ...[...failures].map(([reason, count]) => ({
      code: "tries-failed",
      message: `${count} ${count === 1 ? "try" : "tries"} ended as "${reason}".`,
      remedy:
        "They were tried again; where they are many, lower --concurrency or state the endpoint's limits in the config.",
    })),
    ...(lost > 0
      ? [
          {
            code: "billing-unknown",
            message: `Of ${lost} ${lost === 1 ? "call" : "calls"} nobody knows whether it was billed.`,
            remedy: "They count at their reservation, so the budget holds; compare with the provider's own bill.",
          },
        ]
      : []),
  ];
}

function quirks(name: string, { calls, bounded, tokensIn, cached, tokensOut, reasoning, ms }: Seen): Finding[] {
  const share = (part: number, whole: number) => `${Math.round((100 * part) / Math.max(1, whole))} %`;
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (quantile: number) => ((sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0) / 1000).toFixed(2);
  return [
    ...(sorted.length > 0
      ? [
          {
            code: "latency",
            message: `${name}: half of ${calls} calls took less than ${at(0.5)} s, one in twenty more than ${at(0.95)} s.`,
            remedy: "Nothing to do; --hedge helps where the second is many times the first.",
          },
        ]
      : []),
    ...(bounded > 0
      ? [
          {
            code: "usage-missing",
            message: `${name}: ${bounded} of ${calls} answers came without a usage.`,
            remedy:
              "They count at their reservation, and say nothing of token prices: ask the provider for usage, or plan in calls.",
          },
        ]
      : []),
    ...(cached > 0
      ? [
          {
            code: "cached-prompts",
            message: `${name}: ${share(cached, tokensIn)} of the prompt tokens were cached.`,
            remedy: "State cachedInputPerMillion among its prices, so that plans know the discount.",
          },
        ]
      : []),
    ...(reasoning > 0
      ? [
          {
            code: "reasoning-tokens",
            message: `${name}: ${share(reasoning, tokensOut)} of the answer tokens were reasoning that no message holds.`,
            remedy: "Leave room for it in maxTokens; a level with less effort spends less.",
          },
        ]
      : []),
  ];
}

/** Answers that were cut off, or hold none. */
function silence(attempts: readonly Attempt[]): Finding[] {
  const counts = new Map<string, { all: number; truncated: number; unparsed: number }>();
  for (const attempt of attempts) {
    if (attempt.received !== undefined) continue;
    const name = memberName(attempt);
    const known = counts.get(name) ?? { all: 0, truncated: 0, unparsed: 0 };
    counts.set(name, known);
    known.all++;
    if (attempt.status === "truncated") known.truncated++;
    if (attempt.status === "unparsed") known.unparsed++;
  }
  return [...counts].flatMap(([name, { all, truncated, unparsed }]): Finding[] => [
    ...(truncated > 0.02 * all
      ? [
          {
            code: "answers-truncated",
            message: `${name}: ${truncated} of ${all} answers were cut off at the longest that is allowed.`,
            remedy: "Raise its maxTokens, or --max-tokens: a cut answer is paid for and says nothing.",
          },
        ]
      : []),
    ...(unparsed > 0.02 * all
      ? [
          {
            code: "answers-unparsed",
            message: `${name}: in ${unparsed} of ${all} replies no answer was found.`,
            remedy: "Say with --answers how answers look, or change the prompt's last sentence.",
          },
        ]
      : []),
  ]);
}
