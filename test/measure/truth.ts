// What is true of a scripted world at a budget: every team's accuracy, by a long recording of the same agents.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { decide } from "../../src/plan/plan.ts";
import type { Kind } from "../../src/organizations/organization.ts";
import type { Recordings } from "../../src/records/recordings.ts";
import { recordingsOf } from "../../src/run/measure/look.ts";
import type { AnswerProbe } from "../../src/run/measure/probe.ts";
import { scriptedAsker } from "../../src/run/measure/scripted-asker.ts";
import { scriptedColumns, scriptedConfig, scriptedTasks } from "../../src/simulate/scripted.ts";
import { replay } from "../../src/simulate/replay.ts";
import type { World } from "./worlds.ts";

export interface WorldTruth {
  readonly best: { readonly team: string; readonly kind: Kind; readonly accuracy: number };
  /** By kind: the best single agent, repeats of one, and teams. */
  readonly byKind: Readonly<Record<string, { readonly team: string; readonly accuracy: number }>>;
  accuracyOf(team: string): number;
}

const recorded = { tasks: 4000, samples: 15, seed: 987654 };

/** Lone answers of every agent, far more than anybody would buy. */
export async function truthOf({ truth, perTask }: World): Promise<WorldTruth> {
  const long = { ...truth, tasks: recorded.tasks };
  const probes = scriptedTasks(long, recorded.seed).flatMap(({ taskId }) =>
    scriptedColumns(truth).flatMap(({ agent, level }) =>
      Array.from({ length: recorded.samples }, (_, sample): AnswerProbe => ({
        ...{ kind: "answer", task: taskId, agent: agent.name, sample },
        ...(level !== undefined && { level: String(level) }),
      })),
    ),
  );
  const { attempts } = await scriptedAsker(long, recorded.seed).ask(probes);
  const recordings: Recordings = recordingsOf(attempts, scriptedConfig(truth));
  const { affordable } = decide(calibrate(recordings, { pairs: false }), { perTask }).choice;
  const known = new Map(affordable.map(({ team, raw }) => [team.text, raw]));
  const best = affordable.reduce((a, b) => (b.raw > a.raw ? b : a));
  const byKind: Record<string, { team: string; accuracy: number }> = {};
  for (const { kind, team, raw } of affordable) {
    const sort = kind === "single" || kind === "repeated" ? kind : "team";
    if (!byKind[sort] || raw > byKind[sort].accuracy) byKind[sort] = { team: team.text, accuracy: raw };
  }
  const knownNames = recordings.table.columns.map(({ name }) => name);
  return {
    best: { team: best.team.text, kind: best.kind, accuracy: best.raw },
    byKind,
    accuracyOf(text) {
      const found = known.get(text) ?? replay(parseTeam(text, { knownNames }), recordings.table, { seed: 1 }).accuracy.mean;
      known.set(text, found);
      return found;
    },
  };
}
