import type { Calibration } from "../calibrate/calibration.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { type PhaseMap, phaseMap } from "../plan/phase.ts";
import { NoPhaseTeam } from "../plan/phase-facts.ts";
import type { Plan } from "../plan/plan-types.ts";
import { regimeOf } from "../plan/regime.ts";
import { chooseRoster, type PlanRoster, type RosterAgent } from "../plan/roster.ts";
import type { PhaseDiagram } from "../report/study-data.ts";
import { agentsOf } from "../report/team-text.ts";
import { criticalFidelity } from "../theory/critical.ts";
import { isMeasured } from "../theory/interval.ts";
import { amplification } from "../theory/level-map.ts";
import { MissingParameter } from "../theory/phase.ts";
import type { Check } from "./compare.ts";

const fanIns = [3, 5];
const contourLevels = [0.6, 0.8, 1.2, 1.4, 1.6];
/** Agents with repeats that are drawn. */
const repeatsMax = 3;
const grid = Array.from({ length: 51 }, (_, i) => i / 50);

/** Where one layer of voting amplifies, per fan-in, with the groups of agents of this study on it. */
export function phaseDiagrams(plan: Plan, check: Check): PhaseDiagram[] {
  const roster = chooseRoster(check.calibration, plan.budget.unit);
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
    teams: groupsOf(plan, roster, check, fanIn).flatMap((voters) => placed(voters, fanIn, roster, check)),
  }));
}

/** Steps of the map: lines look smooth, and a study stays quick where tasks differ in difficulty. */
const mapSteps = 60;

/** Budget against length of messages around the regime's team of readers; null where it has none, or not all is measured. */
export function phaseMapOf({ regime }: Plan, { calibration }: Check): Omit<PhaseMap, "grid"> | null {
  const { team, messageTokens } = regime;
  if (team === undefined || messageTokens === undefined) return null;
  try {
    const { grid: _, ...map } = phaseMap(
      {
        team: parseTeam(team),
        x: { parameter: "budget", steps: mapSteps },
        y: { parameter: "messageTokens", steps: mapSteps },
      },
      calibration,
    );
    return map;
  } catch (error) {
    if (error instanceof MissingParameter || error instanceof NoPhaseTeam) return null;
    throw error;
  }
}

/** The members of the chosen team, the most accurate agents, those that err least alike, and every agent with repeats. */
function groupsOf(
  plan: Plan,
  { agents }: PlanRoster,
  check: Check,
  fanIn: number,
): readonly (readonly RosterAgent[])[] {
  const members = agentsOf(plan.best.team);
  const chosen = agents.filter(({ name }) => members.includes(name));
  const panels = [chosen, agents, leastAlike(check.calibration, agents, fanIn)]
    .map((group) => group.slice(0, fanIn))
    .filter((group) => group.length === fanIn);
  const distinct = new Map(
    panels.map((group) => [
      group
        .map(({ name }) => name)
        .toSorted()
        .join("\n"),
      group,
    ]),
  );
  const repeats = agents.filter(({ calibration }) => calibration.samples >= fanIn).slice(0, repeatsMax);
  return [...distinct.values(), ...repeats.map((agent) => [agent])];
}

/** Greedy: from the pair that errs least alike, add the agent whose mistakes are least correlated with those chosen. */
function leastAlike({ pairs }: Calibration, agents: readonly RosterAgent[], size: number): readonly RosterAgent[] {
  const phi = new Map(
    pairs.flatMap(({ a, b, phi }) =>
      isMeasured(phi) ? [[`${a}\n${b}`, phi.value] as const, [`${b}\n${a}`, phi.value] as const] : [],
    ),
  );
  const alike = (a: RosterAgent, b: RosterAgent) => phi.get(`${a.name}\n${b.name}`) ?? Number.POSITIVE_INFINITY;
  const all = agents.flatMap((a, i) => agents.slice(i + 1).map((b) => [a, b] as const));
  const first = all.toSorted((x, y) => alike(...x) - alike(...y))[0];
  const chosen: RosterAgent[] = first ? [...first] : [];
  while (chosen.length > 0 && chosen.length < Math.min(size, agents.length)) {
    const cost = (candidate: RosterAgent) => chosen.reduce((sum, other) => sum + alike(candidate, other), 0);
    const rest = agents.filter((one) => !chosen.includes(one));
    chosen.push(rest.reduce((best, one) => (cost(one) < cost(best) ? one : best)));
  }
  return chosen;
}

function placed(
  voters: readonly RosterAgent[],
  fanIn: number,
  roster: PlanRoster,
  { calibration, labels }: Check,
): PhaseDiagram["teams"] {
  const { regime, thresholds } = regimeOf({ fanIn, voters }, calibration, roster, calibration.confidence);
  const { rhoEffective: rho, alpha, gamma } = regime;
  if (!isMeasured(rho) || !isMeasured(alpha) || !isMeasured(thresholds.criticalGamma)) return [];
  const names = voters.map(({ name }) => labels[name] ?? name).join(" + ");
  const repeated = voters.length === 1;
  return [
    {
      label: repeated ? `${fanIn} × ${names}` : names,
      kind: repeated ? "repeated" : "panel",
      rho,
      gamma,
      gammaCritical: thresholds.criticalGamma.value,
      alpha,
    },
  ];
}
