// What a team and its calibration say about the parameters of a phase diagram.

import type { AgentCalibration, Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { clampInterval } from "../calibrate/estimators/estimate.ts";
import { fidelityAt } from "../calibrate/fidelity.ts";
import { betaOf } from "../calibrate/regime.ts";
import { KnownError } from "../errors.ts";
import { memberName, memberOf, membersOf, ruleNamed } from "../organizations/cast.ts";
import * as organizations from "../organizations/index.ts";
import type { Member, Organization, Part } from "../organizations/organization.ts";
import { formOf, makeTeam, type Team } from "../organizations/team.ts";
import { findColumn, gradesOf } from "../records/answer-table.ts";
import { UnknownAgent } from "../simulate/digest.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import type { PhaseParameter } from "../theory/phase.ts";
import { pick } from "./choose.ts";
import { roomIn, usualReader, windowOf } from "./reader-window.ts";
import { regimeOf, type Voter } from "./regime.ts";

/** The parameters of a diagram, and what else it rests on: L, β, k, x₀, m₀, ρ_task, and tokens that a reader adds to its messages. */
export type PhaseQuantity =
  | PhaseParameter
  | "layers"
  | "beta"
  | "scale"
  | "leafTokens"
  | "lengthScale"
  | "rhoTask"
  | "readerTokens";

/** A number with where it comes from. */
export interface PhaseFact {
  readonly value: Measured;
  readonly source: "given" | "team" | "calibrated";
}

export interface PhaseFacts {
  readonly of: Readonly<Partial<Record<PhaseQuantity, PhaseFact>>>;
  /** γ(m), where agents read and it was measured. */
  readonly fidelity?: (messageTokens: number) => number;
}

/** A team that is no regular tree of equal votes has no place in a phase diagram. */
export class NoPhaseTeam extends KnownError {
  readonly code = "no-phase-team";
  constructor(team: string, why: string) {
    super(
      `"${team}" has no place in a phase diagram: ${why}.`,
      "Take a vote, a star or a tree of equal layers, as vote:5, star:9/m=64 or tree:3x3/m=64.",
    );
  }
}

/** A number that is stated or counted: no interval. */
export const exactly = (value: number): Interval => ({ value, low: value, high: value, confidence: 1 });

/**
 * What is known of a team. Where agents read, γ(m) is the calibrated curve, ρ is what one node shares, and how tasks differ
 * stays outside the tree. Where code counts nothing is lost (γ = 1, m = 0), and all dependence among the votes is ρ.
 *
 * @throws {NoPhaseTeam} {@link NoPhaseTeam}
 */
export function phaseFacts(team: Team, calibration: Calibration | null): PhaseFacts {
  const { fanIn, layers, messageTokens, counted } = shapeOf(team);
  const ofTeam = {
    fanIn: fact(fanIn),
    layers: fact(layers),
    ...(messageTokens !== undefined && { messageTokens: fact(messageTokens) }),
    ...(counted && { gamma: fact(1) }),
  };
  if (!calibration || team.cast.length === 0) return { of: ofTeam };
  return counted
    ? { of: { ...ofTeam, ...factsOfVotes(team, fanIn, calibration) } }
    : factsOfReaders(team, ofTeam, messageTokens, calibration);
}

const fact = (value: number): PhaseFact => ({ value: exactly(value), source: "team" });
const learned = (value: Measured): PhaseFact => ({ value, source: "calibrated" });

/** Fan-in and layers of a team, and whether code counts its votes. */
function shapeOf(team: Team) {
  const layers = formOf(team).layers?.(team);
  if (layers) {
    const [first, ...others] = layers;
    if (
      others.some(
        (layer) =>
          layer.fanIn !== first!.fanIn ||
          layer.messageTokens !== first!.messageTokens ||
          layer.reader !== first!.reader,
      )
    )
      throw new NoPhaseTeam(team.text, "its layers differ");
    const { fanIn, messageTokens, reader } = first!;
    return { fanIn, layers: layers.length, messageTokens: reader ? messageTokens : 0, counted: !reader };
  }
  const known: Readonly<Record<string, Organization>> = organizations;
  const stages = known[team.organization]?.stages?.(team);
  if (stages?.length !== 1) throw new NoPhaseTeam(team.text, "it is no tree of votes");
  if (ruleNamed(team.rule).weighted) throw new NoPhaseTeam(team.text, "its votes have different weights");
  return { fanIn: formOf(team).bound(team).steps, layers: 1, messageTokens: 0, counted: true };
}

function factsOfReaders(
  team: Team,
  ofTeam: PhaseFacts["of"],
  messageTokens: number | undefined,
  calibration: Calibration,
): PhaseFacts {
  const playing = (role: string) =>
    team.cast.filter((part) => part.role === role).flatMap(({ members }) => agentsOf(members, calibration));
  const leaves = playing("leaf");
  const [reader] = playing("reader");
  const { fidelity, rhoWithin, rhoTask } = calibration;
  const curve = isMeasured<FidelityCalibration>(fidelity) ? fidelity : null;
  return {
    of: {
      ...ofTeam,
      rho: learned(asShare(rhoWithin)),
      gamma: learned(
        curve
          ? messageTokens === undefined
            ? wholeAnswers
            : fidelityAt(curve, messageTokens)
          : (fidelity as NotMeasured),
      ),
      accuracy: learned(together(leaves.map(({ accuracy }) => accuracy))),
      contextTokens: learned(statedWindow(reader!)),
      leafTokens: learned(together(leaves.map(({ cost }) => cost.tokens))),
      readerTokens: learned(reader!.cost.tokensIn),
      beta: learned(betaOf(leaves[0]!.agent, calibration)),
      rhoTask: learned(asShare(rhoTask)),
    },
    ...(curve && { fidelity: (length: number) => fidelityAt(curve, length).value }),
  };
}

const wholeAnswers: NotMeasured = {
  notMeasured: "the team states no length of its messages",
  probe: "write it into the team, as in tree:3x3/m=64",
};

const statedWindow = ({ name, contextTokens }: AgentCalibration): Measured =>
  contextTokens === undefined
    ? { notMeasured: `no context window of "${name}" is stated`, probe: "give contextTokens in quorate.config" }
    : exactly(contextTokens);

function factsOfVotes(team: Team, fanIn: number, calibration: Calibration): PhaseFacts["of"] {
  const members = membersOf(team.cast);
  const calls = members.length === 1 ? members : members.flatMap((one) => new Array<Member>(one.samples).fill(one));
  const agents = agentsOf(calls, calibration);
  return {
    rho: learned(asShare(dependenceOf(team, agents, fanIn % 2 === 0 ? fanIn - 1 : fanIn, calibration))),
    accuracy: learned(together(agents.map(({ accuracy }) => accuracy))),
    leafTokens: learned(together(agents.map(({ cost }) => cost.tokens))),
    beta: learned(betaOf(agents[0]!.agent, calibration)),
  };
}

/** ρ of votes of so many agents, on the tasks that all of them answered. An even vote is worth one agent less. */
function dependenceOf(
  team: Team,
  agents: readonly AgentCalibration[],
  fanIn: number,
  calibration: Calibration,
): Measured {
  const voters = agents.slice(0, fanIn).map(({ name }) => {
    const column = findColumn(calibration.table, name)!;
    return { name, column, right: gradesOf(column, calibration.tasks) };
  });
  const common = [...calibration.tasks.keys()].filter((t) => voters.every(({ right }) => !Number.isNaN(right[t]!)));
  const node = {
    team: team.text,
    fanIn,
    voters: voters.map((voter): Voter => ({ ...voter, right: pick(voter.right, common) })),
  };
  const tasks = Uint32Array.from(common, (t) => calibration.tasks[t]!);
  return regimeOf(node, calibration, { tasks }, calibration.confidence).regime.rhoEffective;
}

function agentsOf(members: readonly Member[], { agents }: Calibration): AgentCalibration[] {
  return members.map((member) => {
    const name = memberName(member);
    const found = agents.find((agent) => agent.name === name);
    if (!found)
      throw new UnknownAgent(
        name,
        agents.map((agent) => agent.name),
      );
    return found;
  });
}

/** Mean of quantities of several agents; its interval as wide as if they erred together. */
function together(quantities: readonly Measured[]): Measured {
  const missing = quantities.find((quantity) => !isMeasured(quantity));
  if (missing) return missing;
  const known = quantities as readonly Interval[];
  const mean = (end: "value" | "low" | "high") => known.reduce((sum, one) => sum + one[end], 0) / known.length;
  return { value: mean("value"), low: mean("low"), high: mean("high"), confidence: known[0]!.confidence };
}

/** Estimates of a share may leave [0, 1]; the theory's domain is clipped to here, and only here. */
function asShare(quantity: Measured): Measured {
  return isMeasured(quantity) ? clampInterval(quantity, 0, 1) : quantity;
}

/**
 * The team that is drawn where none is named: where fidelity is measured, the paper's tree of 27 leaves with the longest
 * probed message of which three fit its reader; else a vote of the three best agents, or of three answers of one.
 */
export function usualTeam(calibration: Calibration | null): Team {
  if (!calibration) return makeTeam("tree", { sizes: [3, 3] });
  const { fidelity } = calibration;
  const best = byAccuracy(calibration);
  if (isMeasured<FidelityCalibration>(fidelity)) {
    const room = roomIn(windowOf(usualReader(calibration)));
    const fitting = fidelity.points.map(({ messageTokens }) => messageTokens).filter((m) => 3 * m <= room);
    return withCast(makeTeam("tree", { sizes: [3, 3], messageTokens: [Math.max(...fitting, 1)] }), calibration);
  }
  if (best.length < 3) return withCast(makeTeam("vote", { sizes: [3] }), calibration);
  return makeTeam("vote", { cast: best.slice(0, 3).map((agent) => ({ members: [memberOf(agent)] })) });
}

/**
 * The same team with agents, where it names none: the most accurate one answers, or the most accurate of those with as many
 * samples as a vote of one agent asks for; the most accurate one with a stated window reads.
 */
export function withCast(team: Team, calibration: Calibration): Team {
  if (team.cast.length > 0) return team;
  const best = byAccuracy(calibration);
  const { organization, sizes, messageTokens, rule } = team;
  const [calls = 1] = sizes;
  const cast: Part[] = formOf(team).layers
    ? [
        { role: "leaf", members: [memberOf(best[0]!)] },
        { role: "reader", members: [memberOf(usualReader(calibration))] },
      ]
    : [{ members: [memberOf(best.find(({ samples }) => samples >= calls) ?? best[0]!)] }];
  return makeTeam(organization, { sizes, messageTokens, cast }, rule);
}

const byAccuracy = ({ agents }: Calibration) => agents.toSorted((a, b) => b.accuracy.value - a.accuracy.value);
