import type { Calibration } from "../calibrate/calibration.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Kind } from "../organizations/organization.ts";
import type { Plan } from "../plan/plan-types.ts";
import { regimeOf } from "../plan/regime.ts";
import { gradesOf } from "../plan/roster.ts";
import { findColumn } from "../records/answer-table.ts";
import type { PhaseDiagram } from "../report/study-data.ts";
import { recorded } from "../simulate/digest.ts";
import { criticalFidelity } from "../theory/critical.ts";
import { isMeasured } from "../theory/interval.ts";
import { amplification } from "../theory/level-map.ts";
import { type Check, outcomesOf } from "./compare.ts";

const fanIns = [3, 5];
const contourLevels = [0.6, 0.8, 1.2, 1.4, 1.6];
const grid = Array.from({ length: 51 }, (_, i) => i / 50);

/** Agents whose votes are looked at together. One name: that agent, asked several times. */
interface Group {
  readonly label: string;
  readonly kind: Kind;
  readonly names: readonly string[];
}

/** Where one layer of voting amplifies, per fan-in, with the groups of agents of this study on it. */
export function phaseDiagrams(plan: Plan, check: Check): PhaseDiagram[] {
  return fanIns.map((fanIn) => ({
    fanIn,
    boundary: grid.map((rho) => ({ rho, gamma: criticalFidelity(fanIn, rho) })),
    contours: contourLevels.map((alpha) => ({
      alpha,
      // α = γ(ρ + (1 − ρ)κ_b) is linear in γ
      points: grid
        .map((rho) => ({ rho, gamma: alpha / amplification({ fanIn, fidelity: 1, rho }) }))
        .filter(({ gamma }) => gamma <= 1),
    })),
    teams: groupsOf(plan, check, fanIn).flatMap((group) => placed(group, fanIn, plan, check)),
  }));
}

/** The members of the chosen team, the most accurate agents, those that err least alike, and every agent with repeats. */
function groupsOf(plan: Plan, check: Check, fanIn: number): Group[] {
  const { calibration, labels } = check;
  const name = (names: readonly string[]) => names.map((one) => labels[one] ?? one).join(" + ");
  const byAccuracy = calibration.agents
    .toSorted((a, b) => b.accuracy.value - a.accuracy.value)
    .map((agent) => agent.name);
  const chosen = [...new Set(membersOf(outcomesOf(plan.best.team, check).team.cast).map(memberName))];
  const panels = [
    chosen.slice(0, fanIn),
    byAccuracy.slice(0, fanIn),
    leastAlike(calibration, byAccuracy, fanIn),
  ].filter((names) => names.length === fanIn);
  const distinct = new Map(panels.map((names) => [names.toSorted().join("\n"), names]));
  const repeats = calibration.agents.filter(({ samples }) => samples >= fanIn).slice(0, 3);
  return [
    ...[...distinct.values()].map((names): Group => ({ label: name(names), kind: "panel", names })),
    ...repeats.map(
      (agent): Group => ({ label: `${fanIn} × ${name([agent.name])}`, kind: "repeated", names: [agent.name] }),
    ),
  ];
}

/** Greedy: from the pair that errs least alike, add the agent whose mistakes are least correlated with those chosen. */
function leastAlike({ pairs }: Calibration, names: readonly string[], size: number): readonly string[] {
  const phi = new Map(
    pairs.flatMap(({ a, b, phi }) =>
      isMeasured(phi)
        ? ([
            [`${a}\n${b}`, phi.value],
            [`${b}\n${a}`, phi.value],
          ] as const)
        : [],
    ),
  );
  const between = (a: string, b: string) => phi.get(`${a}\n${b}`) ?? Number.POSITIVE_INFINITY;
  const first = pairs.reduce<(typeof pairs)[number] | undefined>(
    (best, pair) => (best === undefined || between(pair.a, pair.b) < between(best.a, best.b) ? pair : best),
    undefined,
  );
  if (first === undefined) return [];
  const chosen = [first.a, first.b];
  while (chosen.length < size) {
    const cost = (candidate: string) => chosen.reduce((sum, other) => sum + between(candidate, other), 0);
    const rest = names.filter((one) => !chosen.includes(one));
    if (rest.length === 0) return [];
    chosen.push(rest.reduce((best, one) => (cost(one) < cost(best) ? one : best)));
  }
  return chosen;
}

function placed(
  { label, kind, names }: Group,
  fanIn: number,
  plan: Plan,
  { calibration, seed }: Check,
): PhaseDiagram["teams"] {
  const columns = names.flatMap((name) => findColumn(calibration.table, name) ?? []);
  const rights = columns.map((column) => gradesOf(column, calibration.tasks));
  const common = calibration.tasks.map((_, i) => i).filter((i) => rights.every((right) => !Number.isNaN(right[i]!)));
  if (columns.length !== names.length || common.length < 2) return [];
  const { regime, thresholds } = regimeOf(
    {
      fanIn,
      voters: rights.map((right) => Float64Array.from(common, (i) => right[i]!)),
      samples: columns.map((column) => Float64Array.from(common, (i) => recorded(column, calibration.tasks[i]!))),
    },
    calibration,
    { confidence: plan.confidence, seed },
  );
  const { rhoEffective: rho, alpha, gamma } = regime;
  if (!isMeasured(rho) || !isMeasured(alpha) || !isMeasured(thresholds.criticalGamma)) return [];
  return [{ label, kind, rho, gamma, gammaCritical: thresholds.criticalGamma.value, alpha }];
}
