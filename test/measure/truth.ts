// What is true of a scripted world at a budget: every team's accuracy, by a long recording of the same agents.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { Kind } from "../../src/organizations/organization.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { decide } from "../../src/plan/plan.ts";
import type { Recordings } from "../../src/records/recordings.ts";
import { recordingsOf } from "../../src/run/measure/look.ts";
import type { AnswerProbe } from "../../src/run/measure/probe.ts";
import { scriptedAsker } from "../../src/run/measure/scripted-asker.ts";
import { replay } from "../../src/simulate/replay.ts";
import { scriptedColumns, scriptedConfig, scriptedTasks } from "../../src/simulate/scripted.ts";
import type { World } from "./worlds.ts";

export interface WorldTruth {
  readonly best: { readonly team: string; readonly kind: Kind; readonly accuracy: number };
  /** By kind: the best single agent, repeats of one, and teams. */
  readonly byKind: Readonly<Record<string, { readonly team: string; readonly accuracy: number }>>;
  accuracyOf(team: string): number;
  /** Dearer teams up to a quarter above the budget that would be better: whether one of them fits is told by its measured cost. */
  readonly onTheEdge: readonly { readonly team: string; readonly accuracy: number; readonly price: number }[];
}

const recorded = { tasks: 4000, samples: 15, seed: 987654 };

/** Lone answers of every agent, far more than anybody would buy. */
export async function truthOf({ truth, perTask }: World): Promise<WorldTruth> {
  const long = { ...truth, tasks: recorded.tasks };
  const probes = scriptedTasks(long, recorded.seed).flatMap(({ taskId }) =>
    scriptedColumns(truth).flatMap(({ agent, level }) =>
      Array.from(
        { length: recorded.samples },
        (_, sample): AnswerProbe => ({
          ...{ kind: "answer", task: taskId, agent: agent.name, sample },
          ...(level !== undefined && { level: String(level) }),
        }),
      ),
    ),
  );
  const { attempts } = await scriptedAsker(long, recorded.seed).ask(probes);
  const recordings: Recordings = recordingsOf(attempts, scriptedConfig(truth));
  const calibration = calibrate(recordings, { pairs: false });
  const { affordable } = decide(calibration, { perTask }).choice;
  const dearer = decide(calibration, { perTask: { ...perTask, amount: 1.25 * perTask.amount } }).choice.affordable;
  const known = new Map(affordable.map(({ team, raw }) => [team.text, raw]));
  const best = affordable.reduce((a, b) => (b.raw > a.raw ? b : a));
  const onTheEdge = dearer
    .filter(({ price, raw }) => raw > best.raw - 0.02 && Math.abs(Math.log(price / perTask.amount)) < 0.2)
    .map(({ team, raw, price }) => ({ team: team.text, accuracy: raw, price }));
  const byKind: Record<string, { team: string; accuracy: number }> = {};
  for (const { kind, team, raw } of affordable) {
    const sort = kind === "single" || kind === "repeated" ? kind : "team";
    if (!byKind[sort] || raw > byKind[sort].accuracy) byKind[sort] = { team: team.text, accuracy: raw };
  }
  const knownNames = recordings.table.columns.map(({ name }) => name);
  return {
    best: { team: best.team.text, kind: best.kind, accuracy: best.raw },
    byKind,
    onTheEdge,
    accuracyOf(text) {
      const found =
        known.get(text) ?? replay(parseTeam(text, { knownNames }), recordings.table, { seed: 1 }).accuracy.mean;
      known.set(text, found);
      return found;
    },
  };
}
