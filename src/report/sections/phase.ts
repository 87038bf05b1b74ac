import { type Interval, isMeasured, type Measured } from "../../theory/interval.ts";
import type { Draft, SectionDraft } from "../document.ts";
import { between, correlation, plain, plainInterval } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { Study } from "../study-data.ts";
import { list, numberWord } from "../words.ts";
import { phaseGridBlock } from "./phase-grid.ts";
import { windowsBlock } from "./windows.ts";

/** When voting amplifies: the phase diagram, and where the advised team stands in the theory. */
export function phaseSection(reading: Reading): SectionDraft | null {
  const blocks = [phase(reading), regime(reading), phaseGridBlock(reading), windowsBlock(reading)];
  const title = reading.study.plan.regime.risk ? "What does averaging take away?" : "When does voting amplify?";
  return blocks.some((block) => block !== null) ? { id: "phase", title, blocks } : null;
}

function phase({ study, confidenceText }: Reading): Draft | null {
  const panels = study.phase.filter(({ boundary }) => boundary.length > 1);
  if (panels.length === 0) return null;
  const teams = panels.flatMap(({ fanIn, teams }) => teams.map((team) => ({ fanIn, ...team })));
  const unread = teams.some(({ gamma }) => !isMeasured(gamma));
  const coded = teams.some(({ gamma }) => isMeasured(gamma) && gamma.value === 1);
  return {
    id: "phase",
    title: phaseTitle(panels, confidenceText),
    subtitle:
      "α is the factor by which one level of voting multiplies a weak signal. Above the line it removes errors, below it adds them",
    figure: {
      name: "phase",
      index: 0,
      description: `Fidelity γ against shared error ρ, fan-in ${list(panels.map(({ fanIn }) => String(fanIn)))}. ${teams
        .map(({ label, rho, alpha }) => `${label}: ρ ${correlation(rho.value)}, α ${plain(alpha.value)}.`)
        .join(" ")}`,
      source: `ρ calibrated from votes of as many agents as the fan-in, ${confidenceText} intervals over tasks. Theory of two-valued votes: where answers have many values a vote can do better than α says.`,
    },
    table: {
      columns: [
        { name: "Team" },
        { name: "Fan-in", as: "number" },
        { name: "ρ", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "γ", as: "number" },
        { name: "α", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "γ where α = 1", as: "number" },
      ],
      rows: teams.map(({ label, kind, fanIn, rho, gamma, alpha, gammaCritical }) => ({
        kind,
        cells: [
          label,
          String(fanIn),
          correlation(rho.value),
          between(correlation(rho.low), correlation(rho.high)),
          isMeasured(gamma) ? correlation(gamma.value) : "not measured",
          plain(alpha.value),
          plainInterval(alpha),
          correlation(gammaCritical),
        ],
      })),
    },
    notes: [
      ...(coded ? [{ lead: "Top edge:", text: "votes counted by code lose nothing, γ = 1." }] : []),
      ...(coded || unread
        ? [
            {
              lead: "○ is what a reader must keep:",
              text: `where a model reads the answers instead, voting pays only if at least this share γ of them survives.${unread ? " What a reader keeps was not measured." : ""}`,
            },
          ]
        : []),
    ],
  };
}

function phaseTitle(panels: Study["phase"], confidenceText: string): string {
  const teams = panels.flatMap(({ teams }) => teams);
  if (teams.length === 0) return "No team of these answers can be placed on the diagram";
  const sure = teams.filter(({ alpha }) => alpha.low > 1).length;
  const lost = teams.filter(({ alpha }) => alpha.high < 1).length;
  if (sure === 0 && lost === teams.length)
    return teams.length === 1
      ? "A vote of this team adds errors: its α is below 1"
      : "Votes of these teams add errors: every α is below 1";
  const eaten = teams.filter(({ rho }) => rho.value > 0.5).length;
  if (sure === teams.length && eaten > teams.length / 2)
    return "Voting amplifies, but shared errors eat most of what it could gain";
  if (sure === teams.length)
    return teams.length === 1
      ? "A vote of this team amplifies"
      : teams.length === 2
        ? "Both teams amplify"
        : `All ${numberWord(teams.length)} teams amplify`;
  return `At ${confidenceText} confidence, ${numberWord(sure)} of ${numberWord(teams.length)} teams amplif${sure === 1 ? "ies" : "y"}`;
}

interface Row {
  readonly name: string;
  readonly quantity: Measured<Interval>;
  readonly derived?: string | null;
}

/** Quantities of the theory at the plan, or the probe that would measure them. */
function regime({ study, confidenceText }: Reading): Draft | null {
  const { regime, thresholds } = study.plan;
  const counted = regime.messageTokens === undefined ? "code counts the votes, no message is read" : null;
  // An interval without width was not learned from answers: it follows from γ = 1.
  const known = (quantity: Measured<Interval>) =>
    counted !== null && isMeasured(quantity) && quantity.low === quantity.high ? "follows from γ = 1" : null;
  const { risk } = regime;
  const averaged = regime.messageTokens === undefined ? "code takes the mean, no message is read" : null;
  const ofNumbers = risk && [
    { name: "v, squared error of one answer", quantity: risk.leafRisk },
    { name: "what all answers to a task share", quantity: risk.commonRisk },
    { name: "σ², noise of a message", quantity: risk.channelVariance, derived: averaged },
    { name: "q, what one node leaves of the rest", quantity: risk.contraction },
    { name: "t, exponent of averaging", quantity: risk.exponent },
    { name: "η, exponent of compute of one agent", quantity: risk.riskExponent },
    { name: "v*, where averaging ends", quantity: risk.riskFloor },
    { name: "leaves of the best team at any compute", quantity: risk.bestLeaves },
    { name: "ρ of the task (difficulty, bias)", quantity: regime.rhoTask },
    { name: "ρ within a task (shared context)", quantity: regime.rhoWithin },
    { name: "mixing depth, layers", quantity: regime.mixingDepth },
    { name: "first budget of a team, tokens per task", quantity: thresholds.firstTeamTokens },
    { name: "ρ above which a layer raises the error", quantity: thresholds.criticalRho, derived: averaged },
  ];
  const rows: readonly Row[] = ofNumbers ?? [
    { name: "α, factor of one level of voting", quantity: regime.alpha },
    { name: "s, exponent of organization", quantity: regime.organizationExponent },
    { name: "β, exponent of compute of one agent", quantity: regime.beta },
    { name: "γ, fidelity of a reader", quantity: regime.gamma, derived: counted },
    { name: "ρ at this fan-in", quantity: regime.rhoEffective },
    { name: "ρ total", quantity: regime.rhoTotal },
    { name: "ρ of the task (difficulty)", quantity: regime.rhoTask },
    { name: "ρ within a task (shared context)", quantity: regime.rhoWithin },
    { name: "μ*, bias of a deep tree", quantity: regime.fixedPoint, derived: known(regime.fixedPoint) },
    { name: "mixing depth, layers", quantity: regime.mixingDepth },
    { name: "first budget of a team, tokens per task", quantity: thresholds.firstTeamTokens },
    { name: "budget from which a second layer pays", quantity: thresholds.secondLayerTokens },
    { name: "budget from which one agent is better again", quantity: thresholds.lastTeamTokens },
    { name: "shortest useful message, tokens", quantity: thresholds.shortestMessageTokens },
    { name: "best compute of a leaf, tokens", quantity: thresholds.optimalLeafTokens },
    {
      name: "ρ above which voting adds errors",
      quantity: thresholds.criticalRho,
      derived: known(thresholds.criticalRho),
    },
    { name: "γ below which voting adds errors", quantity: thresholds.criticalGamma },
  ];
  const measured = rows.filter(({ quantity, derived }) => isMeasured(quantity) && !derived).length;
  return {
    id: "regime",
    title: regimeTitle(study, measured, rows.length),
    subtitle: `Quantities of the theory at fan-in ${regime.fanIn}, calibrated on the choosing half`,
    table: {
      columns: [
        { name: "Quantity" },
        { name: "Value", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "Status", as: "status" },
        { name: "Source, or what would measure it" },
      ],
      rows: rows.map(({ name, quantity, derived }) =>
        isMeasured(quantity)
          ? {
              cells: derived
                ? [name, plain(quantity.value), "–", "derived", derived]
                : [name, plain(quantity.value), plainInterval(quantity), "measured", ""],
            }
          : { cells: [name, "–", "–", "not measured", quantity.probe] },
      ),
    },
    notes: [],
  };
}

function regimeTitle({ plan }: Study, measured: number, all: number): string {
  const { risk, organizationExponent, beta } = plan.regime;
  const [team, single] = risk ? [risk.exponent, risk.riskExponent] : [organizationExponent, beta];
  const [s, b] = risk ? ["t", "η"] : ["s", "β"];
  if (isMeasured(team) && isMeasured(single)) {
    const [ofTeam, ofSingle] = [`${s}\u00a0${plain(team.value)}`, `${b}\u00a0${plain(single.value)}`];
    if (team.low > single.high) return `Organization grows faster than one agent: ${ofTeam} against ${ofSingle}`;
    if (team.high < single.low) return `One agent with more compute grows faster: ${ofSingle} against ${ofTeam}`;
    return `${ofTeam} against ${ofSingle}: too close to tell which grows faster`;
  }
  return measured === 0
    ? "No quantity of the theory was measured"
    : `${measured} of ${all} quantities of the theory were measured`;
}
