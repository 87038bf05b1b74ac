import { describe, expect, it } from "vitest";
import { makeTeam, organizationOf } from "../organizations/team.ts";
import { random } from "../theory/random.ts";
import { fitLatent, type JointAnswers, latentAccuracy, winTables } from "./latent.ts";

const member = (agent: string, samples = 1) => ({ agent, samples });
const stagesOf = (team: ReturnType<typeof makeTeam>) => organizationOf(team).stages!(team);
const cascade = stagesOf(
  makeTeam("cascade", { cast: [{ members: [member("a"), member("b")] }, { members: [member("c")] }] }),
);
const panel = (...names: string[]) =>
  stagesOf(makeTeam("vote", { cast: names.map((name) => ({ members: [member(name)] })) }));

/** Agents of these accuracies that err independently; wrong answers of two agree with this probability. */
function independent(accuracies: readonly number[], tasks: number, agreeing: number): JointAnswers {
  const next = random(5, "latent");
  const right = accuracies.map((p) => Float64Array.from({ length: tasks }, () => (next() < p ? 1 : 0)));
  const wrongPairs = Float64Array.from({ length: tasks }, (_, t) => {
    const wrong = right.filter((one) => one[t] === 0).length;
    return (wrong * (wrong - 1)) / 2;
  });
  return { right, wrongPairs, wrongPairsAgreeing: wrongPairs.map((pairs) => pairs * agreeing) };
}

/** One class in which agents have these accuracies and two wrong answers agree with probability S. */
const oneClass = (accuracies: readonly number[], agreement: number) => ({
  classes: [{ share: 1, accuracies: Float64Array.from(accuracies), concentration: 1 / agreement - 1 }],
});

describe("latentAccuracy", () => {
  const [a, b, c, s] = [0.7, 0.6, 0.8, 0.3];
  const model = oneClass([a, b, c], s);

  it("is P_aP_b + P_c(1 − P_aP_b − (1−P_a)(1−P_b)S) for a+b, then c", () => {
    const expected = a * b + c * (1 - a * b - (1 - a) * (1 - b) * s);
    expect(latentAccuracy(model, winTables(model, cascade)!, [0, 1, 2])).toBeCloseTo(expected, 12);
  });

  it("is the same for the panel of three whose ties go to the last stage's agent", () => {
    const asPanel = latentAccuracy(model, winTables(model, panel("c", "a", "b"))!, [2, 0, 1]);
    expect(asPanel).toBeCloseTo(latentAccuracy(model, winTables(model, cascade)!, [0, 1, 2]), 12);
  });

  it("is a majority where wrong answers agree, and more where they differ", () => {
    const majority = a * b * c + a * b * (1 - c) + a * (1 - b) * c + (1 - a) * b * c;
    const agreeing = oneClass([a, b, c], 1);
    expect(latentAccuracy(agreeing, winTables(agreeing, panel("a", "b", "c"))!, [0, 1, 2])).toBeCloseTo(majority, 12);
    expect(latentAccuracy(model, winTables(model, panel("a", "b", "c"))!, [0, 1, 2])).toBeGreaterThan(majority);
  });

  it("of a large panel of equals is the plurality by size", () => {
    const nine = oneClass(new Array<number>(9).fill(0.6), 1);
    const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    expect(
      latentAccuracy(
        nine,
        winTables(nine, panel(...names))!,
        names.map((_, i) => i),
      ),
    ).toBeCloseTo(0.7334, 4);
  });

  it("does not cover rules that do more than count", () => {
    const weighted = stagesOf(
      makeTeam("vote", { cast: ["a", "b", "c"].map((name) => ({ members: [member(name)] })) }, "weighted"),
    );
    expect(winTables(model, weighted)).toBeUndefined();
  });
});

describe("fitLatent", () => {
  it("keeps every agent's accuracy", () => {
    const answers = independent([0.9, 0.6, 0.3], 400, 0.5);
    const { classes } = fitLatent(answers);
    answers.right.forEach((right, j) => {
      const raw = right.reduce((sum, value) => sum + value, 0) / 400;
      expect(classes.reduce((sum, { share, accuracies }) => sum + share * accuracies[j]!, 0)).toBeCloseTo(raw, 1);
    });
  });

  it("forecasts independent agents as nearly independent: classes that are not there cost it two points", () => {
    const model = fitLatent(independent([0.7, 0.7, 0.7], 3000, 1));
    const forecast = latentAccuracy(model, winTables(model, panel("a", "b", "c"))!, [0, 1, 2]);
    expect(forecast).toBeGreaterThan(0.76);
    expect(forecast).toBeLessThan(0.79); // 0.784 if independent
  });

  it("sees copies: a vote of three gains little", () => {
    const { right, ...pairs } = independent([0.7], 500, 1);
    const model = fitLatent({ right: [right[0]!, right[0]!, right[0]!], ...pairs });
    const raw = right[0]!.reduce((sum, value) => sum + value, 0) / 500;
    expect(latentAccuracy(model, winTables(model, panel("a", "b", "c"))!, [0, 1, 2]) - raw).toBeLessThan(0.01);
  });

  it("takes wrong answers to agree where none were recorded", () => {
    const { right } = independent([0.7, 0.6], 100, 1);
    const none = new Float64Array(100);
    for (const { concentration } of fitLatent({ right, wrongPairs: none, wrongPairsAgreeing: none }).classes)
      expect(concentration).toBe(0);
  });
});
