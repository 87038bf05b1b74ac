import type { Report, Section, SectionDraft } from "./document.ts";
import { count } from "./format-number.ts";
import { headline, lede } from "./headline.ts";
import { type Reading, read } from "./reading.ts";
import { assumedSection } from "./sections/assumed.ts";
import { boundariesSection } from "./sections/boundaries.ts";
import { budgetSection } from "./sections/budget.ts";
import { candidatesSection, reproduceSection } from "./sections/candidates.ts";
import { computeSection } from "./sections/compute.ts";
import { diversitySection } from "./sections/diversity.ts";
import { errorsSection } from "./sections/errors.ts";
import { findingsSection } from "./sections/findings.ts";
import { flipsSection } from "./sections/flips.ts";
import { forecastSection } from "./sections/forecast.ts";
import { frontierSection } from "./sections/frontier.ts";
import { phaseSection } from "./sections/phase.ts";
import { truthsSection } from "./sections/truths.ts";
import { verdictSection } from "./sections/verdict.ts";
import type { Study } from "./study-data.ts";
import { list, plural } from "./words.ts";

export type { Report } from "./document.ts";

/** What a study says, in words that every format shares. All wording follows from the numbers of the study. */
export function report(study: Study): Report {
  const reading = read(study);
  return {
    study,
    standing: reading.standing,
    headline: headline(reading),
    lede: lede(reading),
    warnings: warnings(reading),
    facts: [
      plural(study.tasks.total, "task"),
      plural(study.attempts, "attempt"),
      plural(study.plan.candidatesPriced, "candidate"),
      `seed ${study.seed}`,
    ],
    sections: numbered([
      verdictSection(reading),
      flipsSection(reading),
      findingsSection(reading),
      frontierSection(reading),
      forecastSection(reading),
      errorsSection(reading),
      diversitySection(reading),
      phaseSection(reading),
      boundariesSection(reading),
      truthsSection(reading),
      budgetSection(reading),
      computeSection(reading),
      assumedSection(reading),
      candidatesSection(reading),
      reproduceSection(reading),
    ]),
  };
}

/** What belongs on page one although nobody likes it: graders that disagree, lines that were not read. */
function warnings({ study, look }: Reading): string[] {
  const { disagreements, badLines } = study;
  const result: string[] = [];
  if (disagreements.count > 0) {
    const agents = new Map<string, number>();
    for (const { agent } of disagreements.examples) agents.set(agent, (agents.get(agent) ?? 0) + 1);
    const [most] = [...agents].toSorted((a, b) => b[1] - a[1]);
    const whose =
      most &&
      disagreements.examples.length === disagreements.count &&
      agents.size > 1 &&
      most[1] > disagreements.count / 3
        ? `, ${count(most[1])} of them of ${study.labels[most[0]] ?? most[0]}`
        : "";
    const { otherwise } = disagreements;
    const other = otherwise
      ? ` By ${otherwise.by === "flag" ? "the recorded grade" : "answer = gold"}, the difference would read ${look.gain(otherwise.gain.value)} ${look.gainInterval(otherwise.gain)}.`
      : "";
    result.push(
      `The recorded grade and the comparison of answer with gold disagree on ${count(disagreements.count)} of ${plural(disagreements.attempts, "attempt")}${whose}.${other}`,
    );
  }
  if (badLines > 0)
    result.push(
      `${plural(badLines, "line was", "lines were")} left out because ${badLines === 1 ? "it" : "they"} could not be read.`,
    );
  const lost = study.agents.filter(({ unparsed, truncated }) => unparsed.value + truncated.value > 0.05);
  if (lost.length > 0)
    result.push(
      `More than one answer in twenty was unparsable or truncated for ${lost.length > 4 ? `${lost.length} agents` : list(lost.map(({ name }) => study.labels[name] ?? name))}; such answers are counted apart from wrong ones.`,
    );
  return result;
}

/** Sections count from 1 after the verdict, figures from 1 across all of them. */
function numbered(drafts: readonly (SectionDraft | null)[]): Section[] {
  let figures = 0;
  return drafts
    .filter((draft) => draft !== null)
    .map(({ id, title, blocks }, number) => ({
      id,
      number,
      title,
      blocks: blocks
        .filter((block) => block !== null)
        .map(({ figure, ...block }) => (figure ? { ...block, figure: { ...figure, number: ++figures } } : block)),
    }));
}
