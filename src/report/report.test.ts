import { describe, expect, it } from "vitest";
import { studies } from "../../test/report/studies.ts";
import { plainText } from "./document.ts";
import * as formats from "./formats/index.ts";
import { report } from "./report.ts";
import type { Comparison, Study } from "./study-data.ts";

const made = (name: string) => report(studies[name]!());
const titles = ({ sections }: ReturnType<typeof report>) =>
  sections.flatMap(({ blocks }) => blocks.map(({ title }) => title));

/** The same study with another measured difference of the chosen team. */
function measured(study: Study, value: number, probabilityBetter: number): Study {
  const comparisons = study.comparisons.map(
    (one): Comparison =>
      one.chosen && one.difference
        ? {
            ...one,
            difference: {
              ...one.difference,
              measured: { value, low: value - 0.02, high: value + 0.02, confidence: 0.9 },
              probabilityBetter,
            },
          }
        : one,
  );
  return { ...study, comparisons };
}

describe("what a report says", () => {
  it("advises a team as an imperative, with points, interval, cost and P", () => {
    const { headline, lede, standing } = made("cascadeAdvised");
    expect(standing).toBe("confirmed");
    expect(headline).toBe("Ask ToRA-70B and Mixtral. Only where they disagree, ask GPT-4.");
    expect(plainText(lede).replaceAll("\u202f", " ")).toBe(
      "+3.1 points [0.9, 5.3] over GPT-4 alone at 54 % of its cost, on 329 tasks that played no part in the choice. P(better) 0.98.",
    );
  });

  it("names the single agent, and not its notation, where it says how much of hindsight was caught", () => {
    const shareCaught = { value: 0.14, low: -0.12, high: 0.39, confidence: 0.9 };
    const accuracy = { value: 0.976, low: 0.961, high: 0.99, confidence: 0.9 };
    const study = studies["cascadeAdvised"]!();
    const told = report({
      ...study,
      baseline: study.plan.single.team,
      hindsight: { team: "the team", accuracy, shareCaught },
    });
    const text = formats.markdown.render(told);
    expect(text).toContain("From GPT-4 to there, the team went 14");
  });

  it("tells of hindsight, of the cast and of K* in the terminal, too, in the words of the other formats", () => {
    const told = made("cascadeAdvised");
    const text = formats.text.render(told).replaceAll(/\s+/g, " ");
    const diversity = told.sections.find(({ id }) => id === "diversity")!.blocks;
    expect(diversity.map(({ id }) => id).sort()).toEqual(["cast", "unlabeled"]);
    for (const { title } of diversity) expect(text).toContain(`${title}.`.replaceAll("\u202f", " "));
    expect(text).toMatch(/K\* = [\d.]+ \[[\d.]+, [\d.]+\]: how many agents that never agree the \w+ amount to/);
    expect(text).toMatch(/With hindsight the same money spent on who is right .*: a bound that nobody can buy\./);
  });

  it("says so when the held-back half leaves the advice open, or speaks against it", () => {
    const open = report(measured(studies["cascadeAdvised"]!(), 0.008, 0.7));
    expect(open.headline).toMatch(/^Ask ToRA-70B and Mixtral/);
    expect(plainText(open.lede)).toContain("the held-back half alone does not settle it");
    expect(titles(open)).toContain("The team is not clearly better and costs about half the money");
    const against = report(measured(studies["cascadeAdvised"]!(), -0.04, 0.01));
    expect(against.headline).toBe("Stay with GPT-4: the team that looked better did not keep its promise.");
    expect(titles(against)[0]).toMatch(/^The team is right less often/);
  });

  it("says that one agent is enough, that it cannot tell yet, and that there is nothing to compare", () => {
    expect(made("oneAgentEnough").headline).toBe("Ask large alone. One agent is enough.");
    expect(made("cannotTell").headline).toBe(
      "Stay with large for now: about 420 further tasks (210 to 900) would tell whether a team is better.",
    );
    expect(made("smallest").headline).toBe("Ask mini: these answers allow no team to compare it with.");
  });

  it("says on which side of the theory's lines the team stands, and leaves the section out where no line was measured", () => {
    const { sections } = made("scripted");
    const [sides, crossings] = sections.find(({ id }) => id === "boundaries")!.blocks;
    expect(sides!.title).toBe("A layer amplifies, one agent grows faster than a team and the messages fit the window");
    expect(sides!.table!.rows.map(({ cells }) => cells[5])).toEqual(["team", "single", "team"]);
    expect(crossings!.table!.rows.map(({ cells }) => cells.join("; "))).toContain(
      "Amplification, α = 1; ρ; 0.120 [0.090, 0.150]; ρ could rise from 0.12 to 0.83 before a layer stops amplifying",
    );
    expect(made("cannotTell").sections.map(({ id }) => id)).not.toContain("boundaries");
  });

  it("puts graders that disagree on page one, with the gain that their flags would give", () => {
    expect(made("cascadeAdvised").warnings[0]).toMatch(
      /disagree on 25 of 6,607 attempts, 17 of them of GPT-4.*\+5\.5 points \[3\.4, 7\.6\]/,
    );
    expect(made("oneAgentEnough").warnings).toEqual([]);
  });

  it("draws each title from the numbers", () => {
    expect(titles(made("cascadeAdvised"))).toEqual(
      expect.arrayContaining([
        "The team is right more often and costs about half the money",
        "The gain comes from the tasks on which ToRA-70B and Mixtral agree",
        "Stop when one answer leads: nine votes for the price of three",
        "12 of 13 measured values lie inside their forecast intervals",
        "GPT-4 errs apart from the rest; ToRA-70B and ToRA-34B err together",
        "Voting amplifies, but shared errors eat most of what it could gain",
        "One agent up to $1.20, a cascade to $12.77, then a panel",
      ]),
    );
    expect(titles(made("scripted"))).toEqual(
      expect.arrayContaining([
        "10 of 11 true values lie in their 90\u202f% intervals",
        "The agents make their mistakes apart",
      ]),
    );
    expect(titles(made("oneAgentEnough"))).toContain("One agent is enough at every budget");
  });

  it("counts a figure or a section only where the study has it", () => {
    const ids = (name: string) => made(name).sections.map(({ id }) => id);
    expect(ids("smallest")).toEqual(["verdict", "frontier", "phase", "candidates", "reproduce"]);
    expect(ids("scripted")).toContain("truths");
    expect(ids("scripted")).not.toContain("flips");
  });

  it("survives one held-back task, which gives values without intervals", () => {
    const study = studies["cannotTell"]!();
    const bare = { low: Number.NaN, high: Number.NaN };
    const comparisons = study.comparisons.map(
      (one): Comparison => ({
        ...one,
        measured: { ...one.measured, tasks: 1, accuracy: { ...one.measured.accuracy, ...bare } },
        difference: one.difference && {
          ...one.difference,
          measured: { ...one.difference.measured, ...bare },
          predictive: { ...one.difference.predictive, ...bare },
          probabilityBetter: Number.NaN,
        },
      }),
    );
    const page = formats.html.render(report({ ...study, comparisons }));
    expect(page).not.toContain("NaN");
    expect(page).toContain("[0.0, 100.0]");
  });
});
