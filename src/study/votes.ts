import { printMember } from "../organizations/cast.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { forecast } from "../plan/forecast.ts";
import type { VoteCurve } from "../report/study-data.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { type Check, meanOver, shareOver } from "./compare.ts";
import { orNull } from "./or-null.ts";

/** Sizes of the votes in a curve; those that the recordings can check are drawn. */
const sizes = [1, 3, 5, 9, 17, 29];
const races = [
  { lead: 2, cap: 9 },
  { lead: 2, cap: 15 },
  { lead: 3, cap: 15 },
];

/**
 * Votes of one agent, forecast on one half of its tasks and measured on the other: one curve per agent with ≥ 4 samples,
 * with the points that both halves determine.
 */
export function voteCurves({ calibration, heldBack, labels, seed }: Check): VoteCurve[] {
  const { table, confidence } = calibration;
  return calibration.agents
    .filter(({ samples }) => samples >= 4)
    .map(({ name, agent, level, samples, tasks }): VoteCurve => {
      const cast = printMember({ agent, samples: 1, ...(level === undefined ? {} : { level }) });
      const texts = [
        ...sizes.filter((votes) => votes < samples).map((votes) => (votes === 1 ? "single" : `vote:${votes}`)),
        ...races.filter(({ cap }) => cap < samples).map(({ lead, cap }) => `ahead:${lead}/${cap}`),
      ];
      return {
        agent: labels[name] ?? name,
        name: calibration.name,
        tasks,
        points: texts.flatMap((text) => {
          const team = parseTeam(`${text}@${cast}`);
          const outcomes = outcomesCached(team, table, { seed });
          const promised = orNull(["samples-needed", "no-common-tasks"], () =>
            forecast(team, calibration, { confidence, seed }),
          );
          const { tasks: checked, ...measured } = shareOver(outcomes.accuracy, heldBack, confidence);
          if (!promised || checked < 2) return [];
          const { accuracy } = promised;
          return [
            {
              team: team.text,
              votes: team.sizes.at(-1) ?? 1,
              calls: meanOver(outcomes.calls, heldBack, confidence).value,
              organization: team.organization,
              forecast: { value: accuracy.mean, low: accuracy.low, high: accuracy.high, confidence },
              measured,
            },
          ];
        }),
      };
    })
    .filter(({ points }) => points.length > 1);
}
