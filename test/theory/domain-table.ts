// What every function of the theory takes and gives: one entry per export. A new export without one fails the test.
import fc from "fast-check";
import { random } from "../../src/theory/random.ts";
import {
  any,
  choice,
  type Domain,
  type Entry,
  except,
  extended,
  finite,
  integer,
  list,
  mapped,
  nonNegative,
  nonNegativeOrInfinite,
  number,
  odd,
  positive,
  probability,
  record,
} from "./domain.ts";

const infinity = Number.POSITIVE_INFINITY;

// Arguments that many functions share.
const bias = number(-1, 1);
const fidelity = number(0, 1, { lowOpen: true });
const correlation = probability();
const layers = integer(0, 200);
const ties = choice("random", "wrong", "right");
const fanIn = integer(1, 10_001);
const fanInAtLeast = (low: number, upTo = 10_001) => integer(low, upTo);
const aggregationOf = (width: Domain) => record({ fanIn: width, fidelity, rho: correlation });
const aggregation = aggregationOf(fanIn);
const oddAggregation = aggregationOf(odd(1, 10_001));
const narrowAggregation = aggregationOf(odd(1, 25));
const anyNarrowAggregation = aggregationOf(integer(1, 25));
const law = choice("shared", "shared-before-channel", "beta", "copula", "copula-latent");
const voteOptions = record({ "law?": law, "ties?": ties });
const accuracy = probability();
const inner = number(0, 1, { lowOpen: true, highOpen: true });
const weights = (of: string, element: Domain, share = nonNegative({ tried: [0, 1e300] })) =>
  except(
    mapped(list(record({ [of]: element, weight: share }), of), (pairs: Record<string, number>[]) => ({
      accuracies: pairs.map((pair) => pair[of]),
      weights: pairs.map((pair) => pair["weight"]),
    })),
    ({ weights: all }) => all.some((weight: number) => weight > 0),
  );
const difficultyLaw = weights("accuracy", accuracy);
const leafLaw = record({ scale: positive(), beta: positive(), "cap?": fidelity });
const fidelityLaw = record({ lengthScale: positive(), "shape?": positive(), "fidelityMax?": fidelity });
const prices = record({ "send?": nonNegative(), "read?": nonNegative(), "overhead?": nonNegative() });
const exponent = number(-Number.MAX_VALUE, 1, { tried: [-1e300, 1] });
const trade = record({ exponent, beta: positive(), costPerLeaf: nonNegative() });
const signal = record({ fanIn: fanInAtLeast(2), alpha: positive(), beta: positive() });
const noise = record({ rho: correlation, channelVariance: nonNegative() });
const risk = nonNegative();
const step = number(1e-4, 1, { tried: [0.01, 1] });
const count = fc
  .oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1000, 30_000))
  .chain((recorded) => fc.record({ recorded: fc.constant(recorded), correct: fc.integer({ min: 0, max: recorded }) }));
const counts = fc.array(count, { minLength: 1, maxLength: 12 });
const taskCounts: Domain = {
  inside: counts,
  outside: () =>
    fc.constantFrom(
      { whole: [{ recorded: 0, correct: 0 }], argument: "recorded", value: 0 },
      { whole: [{ recorded: 3, correct: 4 }], argument: "correct", value: 4 },
      { whole: [{ recorded: 3, correct: -1 }], argument: "correct", value: -1 },
      { whole: [{ recorded: 2.5, correct: 1 }], argument: "recorded", value: 2.5 },
      { whole: [], argument: "tasks", value: 0 },
    ),
};
const mixture = record({ "grid?": list(accuracy, "accuracy", { min: 1, max: 9 }), "iterations?": integer(0, 30) });
const wrongAnswers = any(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })));
const pluralityNode = record({ votes: integer(1, 9), options: integer(2, 12), fidelity, "rho?": correlation });
const curves = {
  leafBias: any(
    fc.constantFrom(
      (x: number) => Math.min(0.9, 0.01 * x ** 0.2),
      () => 0,
      () => -0.4,
      () => 1,
    ),
  ),
  fidelity: any(
    fc.constantFrom(
      (m: number) => m / (m + 40),
      () => 1,
      () => 0,
      () => 5e-324,
    ),
  ),
};
const planShape = {
  budget: positive(),
  windowTokens: nonNegative(),
  rho: correlation,
  messageTokens: list(nonNegative(), "messageTokens", { min: 0, max: 3 }),
  "rhoGlobal?": correlation,
  rhoTask: correlation,
  "fanInMax?": integer(1, 7),
  "layersMax?": integer(1, 200),
  "leafComputeMin?": nonNegative(),
  "reserveTokens?": nonNegative(),
  "prices?": prices,
};
/** Symmetric, with 1 on the diagonal and dominated by it: of one common factor. */
const team = fc
  .array(
    fc.record({
      bias: bias.inside,
      loading: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      cost: fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      weight: fc.double({ min: -3, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((agents) => ({
    biases: agents.map((agent) => agent.bias),
    correlations: agents.map((one, i) => agents.map((other, j) => (i === j ? 1 : one.loading * other.loading))),
    costs: agents.map((agent) => agent.cost),
    weights: agents.map((agent) => agent.weight),
  }));
const two = [
  [1, 0.2],
  [0.2, 1],
];
const votes = fc
  .array(
    fc.tuple(
      accuracy.inside,
      finite({ tried: [-1e300, 1e300] }).inside,
      fc.double({ min: -0.99, max: 0.99, noNaN: true }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((agents) => ({
    accuracies: agents.map(([p]) => p),
    weights: agents.map(([, w]) => w),
    loadings: agents.map(([, , l]) => l),
  }));
/** A covariance of two parameters, with deviations from 0 to large and any correlation. */
const covariance = fc
  .tuple(
    ...[0, 1].map(() => fc.oneof(fc.constantFrom(0, 1e-160, 1e100), fc.double({ min: 0, max: 2, noNaN: true }))),
    fc.double({ min: -1, max: 1, noNaN: true }),
  )
  .map(([a, b, r]) => [
    [a! * a!, r! * a! * b!],
    [r! * a! * b!, b! * b!],
  ]);
const node: fc.Arbitrary<any> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.record({ bias: bias.inside }),
    fc.record(
      {
        fidelity: fidelity.inside,
        rho: correlation.inside,
        children: fc.array(tie("node"), { minLength: 1, maxLength: 5 }),
      },
      { requiredKeys: ["children"] },
    ),
  ),
}))["node"]!;

/** Mean products of errors: of one common error and own ones. */
const moments = fc
  .array(
    fc.record({
      own: fc.oneof(fc.constantFrom(0, 1e-100, 1e100), fc.double({ min: 0.01, max: 3, noNaN: true })),
      common: fc.double({ min: -2, max: 2, noNaN: true }),
      weight: fc.double({ min: -3, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((agents) => ({
    matrix: agents.map((one, i) => agents.map((other, j) => one.common * other.common + (i === j ? one.own : 0))),
    weights: agents.map((agent) => agent.weight),
  }));
const axis = fc.constantFrom(
  { parameter: "rho", from: 0, to: 1, steps: 5 },
  { parameter: "gamma", from: 5e-324, to: 1, steps: 4, log: true },
  { parameter: "fanIn", from: 1, to: 41, steps: 6 },
  { parameter: "messageTokens", from: 0, to: 1e300, steps: 3 },
  { parameter: "contextTokens", from: 1, to: 1e300, steps: 3, log: true },
  { parameter: "budget", from: 1e-100, to: 1e200, steps: 4, log: true },
  { parameter: "accuracy", from: 0.5, to: 1, steps: 5 },
);
const phaseProblem = fc
  .tuple(axis, axis, integer(1, 60).inside, correlation.inside, fidelityLaw.inside)
  .filter(([x, y]) => x.parameter !== y.parameter)
  .map(([x, y, L, rhoTask, { lengthScale = 1 }]) => {
    const given = { rho: 0.2, gamma: 0.8, fanIn: 5, messageTokens: 40, contextTokens: 400, budget: 1e6, accuracy: 0.7 };
    const values = Object.fromEntries(
      Object.entries(given).filter(([name]) => name !== x.parameter && name !== y.parameter),
    );
    return { x, y, layers: L, rhoTask, values, leaf: { beta: 0.2, compute: lengthScale } };
  });
const phasePlane = {
  x: { parameter: "rho", from: 0, to: 1, steps: 3 },
  y: { parameter: "gamma", from: 0.1, to: 1, steps: 3 },
};
const phaseWrong = [
  [[{ ...phasePlane, layers: 0, values: { fanIn: 5, accuracy: 0.7 } }], "layers", 0],
  [[{ ...phasePlane, layers: 2, values: { fanIn: 2.5, accuracy: 0.7 } }], "fanIn", 2.5],
  [[{ ...phasePlane, layers: 2, values: { fanIn: 5, accuracy: 1.5 } }], "accuracy", 1.5],
  [[{ ...phasePlane, layers: 2, rhoTask: -1, values: { fanIn: 5, accuracy: 0.7 } }], "rhoTask", -1],
] as const;

// Ranges of results.
const within = (low: number, high: number) => (result: number) => result >= low && result <= high;
const atLeast = (low: number) => within(low, infinity);
const anything = () => true;
const isInteger = (result: number) => Number.isSafeInteger(result);
const share = within(0, 1);
const signed = within(-1, 1);
const nullOr = (holds: (result: number) => boolean) => (result: number | null) => result === null || holds(result);
const aLaw = (result: readonly number[]) =>
  result.every((p) => p >= 0 && p <= 1 + 1e-12) && Math.abs(result.reduce((sum, p) => sum + p, 0) - 1) < 1e-9;
const aDifficulty = (result: { accuracies: readonly number[]; weights: readonly number[] }) =>
  result.accuracies.every(share) && aLaw(result.weights) && result.accuracies.length === result.weights.length;
const sequential = ({ accuracy: right, votes: asked }: { accuracy: number; votes: number }) =>
  share(right) && asked >= 0;
const aPlan = (result: any) =>
  signed(result.bias) && share(result.accuracy) && result.leafCompute > 0 && result.leaves >= 1 && result.alpha >= 0;

const aPhasePoint = ({ accuracy: right, single, alpha }: { accuracy: number; single: number; alpha: number }) =>
  share(right) && share(single) && alpha >= 0;

const half = (_: number) => 0.5;

/** By the names of src/theory/index.ts. */
export const entries: Readonly<Record<string, Entry>> = {
  // majority.ts
  majorityBias: { takes: { bias, fanIn, ties }, gives: signed },
  majorityBiasSlope: { takes: { bias, fanIn, ties }, gives: Number.isFinite },
  majorityError: { takes: { bias, fanIn: odd(1, 10_001) }, gives: share },
  majoritySlope: { takes: { fanIn, ties }, gives: atLeast(1) },
  tieProbability: { takes: { bias, fanIn }, gives: share },
  poissonBinomial: { takes: { probabilities: list(accuracy, "probability", { min: 0, max: 40 }) }, gives: aLaw },
  unequalMajorityBias: { takes: { biases: list(bias, "bias", { max: 40 }), ties }, gives: signed },

  // level-map.ts
  levelMap: {
    takes: { bias, aggregation: aggregationOf(integer(1, 101)), options: voteOptions },
    gives: signed,
    runs: 200,
  },
  levelMapSlope: { takes: { bias, aggregation, ties }, gives: Number.isFinite },
  amplification: {
    takes: { aggregation: aggregationOf(integer(1, 101)), options: voteOptions },
    gives: atLeast(0),
    runs: 200,
  },
  cubicCoefficient: { takes: { aggregation: oddAggregation }, gives: atLeast(0) },
  organizationExponent: {
    takes: { aggregation: aggregationOf(integer(2, 101)), options: voteOptions },
    gives: within(-1100, 0.5),
    runs: 200,
  },
  growthRegime: {
    takes: { aggregation, tolerance: nonNegative() },
    gives: (result) => ["amplifying", "critical", "collapsing"].includes(result),
  },
  oneLevelGain: {
    takes: { bias, aggregation: aggregationOf(integer(1, 25)), options: voteOptions },
    gives: within(-2, 2),
    runs: 200,
  },
  effectiveRho: {
    takes: { fanIn: fanInAtLeast(3, 101), law, rho: correlation },
    gives: within(-1e-9, 1 + 1e-9),
    runs: 200,
  },
  effectiveRhoSmallCorrelation: { takes: { fanIn: fanInAtLeast(3), correlation }, gives: atLeast(0) },
  effectiveRhoFromStar: {
    takes: {
      receivedBias: except(number(-1, 1, { lowOpen: true, highOpen: true }), (u) => Math.abs(u) > 1e-300),
      observedBias: bias,
      fanIn: fanInAtLeast(3),
    },
    gives: anything,
  },

  // critical.ts
  criticalFidelity: { takes: { fanIn, rho: correlation, ties }, gives: share },
  criticalCorrelation: { takes: { fanIn, fidelity, ties }, gives: nullOr(share) },
  criticalFanIn: { takes: { fidelity, rho: correlation, fanInMax: integer(1, 10_001) }, gives: nullOr(isInteger) },

  // fixed-point.ts, predictors.ts, tree.ts
  fixedPoint: { takes: { aggregation: oddAggregation }, gives: share },
  relaxationRate: { takes: { aggregation: oddAggregation }, gives: share },
  lowerPredictor: {
    takes: { leafBias: probability(), layers: integer(0, 1e9), aggregation: narrowAggregation },
    gives: share,
  },
  upperPredictor: {
    takes: { leafBias: probability(), layers: integer(0, 1e9), aggregation: narrowAggregation },
    gives: share,
  },
  smoothPredictor: {
    takes: { leafBias: probability(), layers: integer(0, 1e9), aggregation: narrowAggregation },
    gives: share,
  },
  treeBias: {
    takes: { leafBias: bias, layers, aggregation: aggregationOf(integer(1, 15)), options: voteOptions },
    gives: signed,
    runs: 60,
  },
  treeBiasByLayer: {
    takes: {
      leafBias: bias,
      layers: any(fc.array(aggregation.inside, { maxLength: 6 })),
      options: record({ "ties?": ties }),
    },
    gives: signed,
  },
  treeBiasWithCommonCause: { takes: { leafBias: bias, layers, aggregation, rhoGlobal: correlation }, gives: signed },
  requiredDepth: {
    takes: {
      leafBias: bias,
      target: bias,
      aggregation: anyNarrowAggregation,
      options: record({ "layersMax?": integer(0, 300) }),
    },
    gives: nullOr(isInteger),
  },
  mixingDepth: {
    takes: {
      leafBias: bias,
      aggregation: narrowAggregation,
      epsilon: inner,
      options: record({ "layersMax?": integer(0, 300) }),
    },
    gives: nullOr(isInteger),
  },
  mixingDepthApproximate: {
    takes: { leafBias: number(0, 1, { lowOpen: true }), aggregation: oddAggregation, epsilon: inner },
    gives: atLeast(0),
  },
  growthDepth: {
    takes: {
      leafBias: number(0, 1, { lowOpen: true }),
      aggregation: except(oddAggregation, ({ fanIn: b, fidelity: g, rho: r }) => b > 1 && g > 0.7 && r < 0.3),
    },
    gives: anything,
  },

  // dependence.ts
  betaBinomial: { takes: { votes: integer(1, 300), accuracy, rho: correlation }, gives: aLaw },
  bivariateNormalCdf: {
    takes: {
      h: extended,
      k: extended,
      r: number(-1, 1),
    },
    gives: share,
  },
  copulaCorrelation: { takes: { accuracy: inner, latent: number(-1, 1) }, gives: signed },
  copulaLatent: {
    takes: {
      inside: fc
        .tuple(inner.inside, bias.inside)
        .map(([p, r]) => [p, r < 0 ? r * Math.min((1 - p) / p, p / (1 - p)) : r] as const),
      wrong: [
        [[0, 0.1], "accuracy", 0],
        [[1, 0.1], "accuracy", 1],
        [[0.5, 1.5], "correlation", 1.5],
        [[0.9, -0.5], "correlation", -0.5],
        [[0.5, Number.NaN], "correlation", Number.NaN],
      ],
    },
    gives: signed,
  },

  // difficulty.ts
  betaDifficulty: { takes: { accuracy, rhoTask: correlation, step }, gives: aDifficulty },
  deepLimitOverTasks: { takes: { difficulty: difficultyLaw, aggregation: narrowAggregation }, gives: share },
  fitDifficulty: { takes: { counts: taskCounts, options: mixture }, gives: aDifficulty },
  starAccuracyBeta: { takes: { accuracy, rho: correlation, fanIn: integer(1, 101) }, gives: share },
  starAccuracyFromCounts: {
    takes: {
      inside: counts.chain((all) =>
        fc.tuple(fc.constant(all), fc.integer({ min: 1, max: Math.min(...all.map(({ recorded }) => recorded)) })),
      ),
      wrong: [
        [[[], 1], "tasks", 0],
        [[[{ recorded: 3, correct: 1 }], 5], "fanIn", 5],
        [[[{ recorded: 3, correct: 4 }], 3], "correct", 4],
      ],
    },
    gives: share,
  },
  subsetMajorityAccuracy: {
    takes: {
      inside: count.chain(({ recorded, correct }) =>
        fc.tuple(fc.constant(recorded), fc.constant(correct), fc.integer({ min: 1, max: recorded })),
      ),
      wrong: [
        [[0, 0, 1], "recorded", 0],
        [[3, 4, 1], "correct", 4],
        [[3, 2, 4], "fanIn", 4],
        [[3, 2, 1.5], "fanIn", 1.5],
      ],
    },
    gives: share,
  },
  treeAccuracyBeta: {
    takes: { accuracy, rhoTask: correlation, layers: integer(0, 6), aggregation: anyNarrowAggregation, step },
    gives: share,
    runs: 100,
  },
  treeAccuracyFromCounts: {
    takes: { counts: taskCounts, layers: integer(0, 6), aggregation: anyNarrowAggregation, options: mixture },
    gives: share,
    runs: 100,
  },
  treeAccuracyOverTasks: {
    takes: { difficulty: difficultyLaw, layers: integer(0, 200), aggregation: anyNarrowAggregation },
    gives: share,
    runs: 100,
  },

  // budget.ts, messages.ts, exact-plan.ts, fidelity.ts, diagnose.ts
  leafBias: { takes: { compute: nonNegative(), law: leafLaw }, gives: share },
  leafBiasSaturating: { takes: { compute: nonNegative(), law: leafLaw }, gives: share },
  localExponent: {
    takes: {
      inside: fc.tuple(
        fc.constantFrom(
          (x: number) => x ** 0.3,
          () => 0.2,
          (x: number) => x,
        ),
        fc.constantFrom(...[1e-9, 0.5, 1]),
        fc.constantFrom(...[2, 1e3, 1e300]),
      ),
      wrong: [
        [[half, 0, 1], "from", 0],
        [[half, 1, infinity], "to", infinity],
        [[half, 2, 2], "to", 2],
        [[(x: number) => 1 - x, 0.5, 2], "curve(to)", -1],
      ],
    },
    gives: Number.isFinite,
  },
  communicationCost: { takes: { fanIn, layers, messageTokens: nonNegative(), prices }, gives: atLeast(0) },
  communicationCostPerLeaf: {
    takes: { fanIn: fanInAtLeast(2), messageTokens: nonNegative(), prices },
    gives: atLeast(0),
  },
  fanInMax: {
    takes: {
      windowTokens: nonNegative(),
      messageTokens: positive(),
      options: record({ "reserveTokens?": nonNegative(), "odd?": any(fc.boolean()) }),
    },
    gives: isInteger,
  },
  optimalLeafCompute: { takes: { trade }, gives: atLeast(0) },
  optimalLeafCount: { takes: { budget: positive(), trade }, gives: atLeast(0) },
  relaxedThreshold: { takes: { trade }, gives: atLeast(0) },
  relaxedThresholdLeaves: { takes: { exponent, beta: positive() }, gives: atLeast(1) },
  relaxedValue: { takes: { budget: positive(), scale: positive(), trade }, gives: atLeast(0) },
  teamThreshold: { takes: { layers: integer(1, 200), signal, communication: nonNegative() }, gives: atLeast(0) },
  depthSwitchBudget: {
    takes: { signal, communication: nonNegative(), communicationNext: nonNegative() },
    gives: anything,
  },
  bestDepthSmallSignal: {
    takes: {
      budget: positive(),
      signal,
      messageTokens: positive(),
      options: record({ "scale?": positive(), "layersMax?": integer(0, 200) }),
    },
    gives: ({ layers: L, value }) => isInteger(L) && value >= 0,
  },
  synergyBudgetMax: { takes: { law: leafLaw, fixedPoint: probability() }, gives: atLeast(0) },
  optimalMessage: {
    takes: {
      leafCompute: positive(),
      problem: record({
        fanIn: fanInAtLeast(2, 101),
        layers: integer(1, 60),
        beta: positive(),
        lengthScale: positive(),
      }),
    },
    gives: atLeast(0),
  },
  optimalMessagesByLayer: {
    takes: {
      budget: positive(),
      problem: record({
        fanIn: fanInAtLeast(2, 101),
        layers: integer(1, 60),
        beta: positive(),
        lengthScale: positive(),
      }),
      windowTokens: nonNegativeOrInfinite,
    },
    gives: ({ leafCompute, messageTokens }) => leafCompute >= 0 && messageTokens.every(atLeast(0)),
  },
  bestDesignRelaxed: {
    takes: {
      budget: positive(),
      windowTokens: number(0, 1e7, { lowOpen: true, tried: [5e-324, 500], usual: [1, 500] }),
      design: record({
        scale: positive(),
        beta: positive(),
        rho: correlation,
        fidelity: fidelityLaw,
        "fanInMax?": integer(1, 15),
      }),
    },
    gives: ({ fanIn: b, messageTokens: m, value, exponent }) => b % 2 === 1 && m >= 0 && value >= 0 && exponent < 0.5,
    runs: 100,
  },
  planExactly: { takes: { problem: record({ ...planShape, ...curves }) }, gives: aPlan, runs: 150 },
  planPowerLaw: { takes: { problem: record({ ...planShape, leaf: leafLaw, fidelityLaw }) }, gives: aPlan, runs: 150 },
  fidelityExponential: { takes: { messageTokens: nonNegative(), law: fidelityLaw }, gives: share },
  fidelityExponentialInverse: { takes: { fidelity: probability(), law: fidelityLaw }, gives: atLeast(0) },
  fidelityHill: { takes: { messageTokens: nonNegative(), law: fidelityLaw }, gives: share },
  interpolateFidelity: {
    takes: {
      inside: fc
        .tuple(
          nonNegative().inside,
          fc.array(fc.tuple(positive().inside, probability().inside), { minLength: 1, maxLength: 5 }),
        )
        .map(([m, points]) => {
          const sorted = [...new Map(points).entries()].sort(([a], [b]) => a - b);
          return [m, sorted.map(([length]) => length), sorted.map(([, gamma]) => gamma)] as const;
        }),
      wrong: [
        [[-1, [1], [0.5]], "messageTokens", -1],
        [[1, [2, 1], [0.5, 0.5]], "lengths", "[2, 1]"],
        [[1, [2, 3], [0.5]], "fidelities.length", 1],
        [[1, [2, 3], [0.5, 1.5]], "fidelity", 1.5],
        [[1, [2, 3], [0.5, Number.NaN]], "fidelity", Number.NaN],
      ],
    },
    gives: share,
  },
  bestFanInForWindow: {
    takes: {
      windowTokens: nonNegative(),
      law: fidelityLaw,
      rho: correlation,
      options: record({ "fanInMax?": integer(1, 51), "messageTokensMin?": positive() }),
    },
    gives: (result) => result === null || (result.fanIn % 2 === 1 && result.exponent < 0.5 && result.alpha > 0),
  },
  diagnose: {
    takes: {
      team: record({
        aggregation: narrowAggregation,
        layers,
        messageTokens: positive(),
        windowTokens: positive(),
        leafBias: bias,
        beta: positive(),
        singleBias: bias,
      }),
    },
    gives: Array.isArray,
    runs: 60,
  },

  // squared-error.ts
  leafRisk: { takes: { compute: positive(), scale: positive(), exponent: positive() }, gives: atLeast(0) },
  starRisk: { takes: { risk, leaves: integer(1, 1e9), noise }, gives: atLeast(0) },
  treeContraction: { takes: { fanIn, rho: correlation }, gives: share },
  treeRiskFloor: { takes: { fanIn: fanInAtLeast(2), noise: except(noise, ({ rho }) => rho < 1) }, gives: atLeast(0) },
  treeRisk: { takes: { risk, layers: integer(0, 1e9), fanIn, noise }, gives: atLeast(0) },
  treeRiskWithCommonCause: {
    takes: { risk, layers: integer(0, 1e9), fanIn: fanInAtLeast(2), noise },
    gives: atLeast(0),
  },
  treeRiskExponent: { takes: { fanIn: fanInAtLeast(2), rho: correlation }, gives: within(0, 1) },
  treeRiskMixingDepth: {
    takes: { risk, fanIn: fanInAtLeast(2), noise: except(noise, ({ rho }) => rho < 1), epsilon: positive() },
    gives: nullOr(atLeast(0)),
  },
  relayChainRisk: { takes: { risk, hops: integer(0, 1e9), channelVariance: nonNegative() }, gives: atLeast(0) },
  averagingChainRisk: { takes: { risk, hops: integer(0, 1e9), noise }, gives: atLeast(0) },
  optimalChainRisk: { takes: { risk, hops: integer(0, 2000), noise }, gives: atLeast(0) },
  optimalChainFloor: { takes: { risk, noise }, gives: atLeast(0) },

  weightedErrorRisk: {
    takes: {
      inside: moments
        .filter(({ weights: all }) => Math.abs(all.reduce((sum, weight) => sum + weight, 0)) > 1e-3)
        .map(({ matrix, weights: all }) => [matrix, all] as const),
      wrong: [
        [[two, [1]], "weights.length", 1],
        [[two, [1, -1]], "weights", "a sum of 0"],
        [[two, [1, Number.NaN]], "weight", Number.NaN],
        [[[[Number.NaN]], [1]], "moment", Number.NaN],
        [[[], []], "agents", 0],
      ],
    },
    gives: atLeast(-1e-9),
  },
  optimalErrorWeights: {
    takes: {
      inside: fc.tuple(
        moments.map(({ matrix }) => matrix),
        fc.record({ signed: fc.boolean(), ridge: fc.constantFrom(1e-9, 1e-3) }, { requiredKeys: [] }),
      ),
      wrong: [
        [[[]], "agents", 0],
        [[[[1, 2]]], "row of moments.length", 2],
        [[[[infinity]]], "moment", infinity],
        [[two, { ridge: -1 }], "ridge", -1],
      ],
    },
    gives: (all) => Math.abs(all.reduce((sum: number, weight: number) => sum + weight, 0) - 1) < 1e-6,
  },

  // phase.ts
  phaseAxisValues: {
    takes: {
      inside: axis.map((one) => [one] as const),
      wrong: [
        [[{ parameter: "rho", from: 0, to: 2, steps: 3 }], "rho", 2],
        [[{ parameter: "gamma", from: 0, to: 1, steps: 3 }], "gamma", 0],
        [[{ parameter: "budget", from: 1, to: infinity, steps: 3 }], "to of budget", infinity],
      ],
    },
    gives: (values: Float64Array) => values.length > 1 && values.every((value, i) => i === 0 || value > values[i - 1]!),
  },
  phaseSolver: {
    takes: {
      inside: phaseProblem.map((problem) => [problem] as const),
      wrong: phaseWrong,
    },
    gives: (at, problem) => aPhasePoint(at(problem.x.from, problem.y.to)),
  },
  phaseGrid: {
    takes: {
      inside: phaseProblem.map((problem) => [problem] as const),
      wrong: phaseWrong,
    },
    gives: ({ accuracy: right, single, alpha, phase }) =>
      right.every(share) && single.every(share) && alpha.every(atLeast(0)) && phase.every(within(0, 3)),
    runs: 100,
  },

  // structure.ts
  structureBias: { takes: { node: any(node), sharedRule: choice("median", "mean") }, gives: signed },
  balancedTree: {
    takes: { leaves: integer(1, 300), aggregation: aggregationOf(fanInAtLeast(2, 50)), leafBias: bias },
    gives: (tree) => typeof tree === "object",
  },
  relayChainBias: { takes: { bias, hops: integer(0, 1e9), fidelity }, gives: signed },
  chainBias: {
    takes: {
      bias,
      hops: integer(0, 50),
      link: record({ fidelity, ownVotes: integer(0, 12), ownBias: bias, "rho?": correlation }),
    },
    gives: signed,
  },

  // plurality.ts
  pluralityAccuracy: {
    takes: { accuracy, votes: integer(1, 25), wrong: { ...wrongAnswers, outside: integer(1, 9).outside } },
    gives: share,
  },
  expectedLargestCount: { takes: { balls: integer(1, 40), cells: integer(1, 20) }, gives: atLeast(1 - 1e-9) },
  pluralitySlope: { takes: { votes: integer(1, 25), options: integer(2, 20) }, gives: atLeast(1 - 1e-9) },
  signalFromAccuracy: { takes: { accuracy, options: integer(2, 1e9) }, gives: signed },
  accuracyFromSignal: {
    takes: {
      inside: fc
        .tuple(bias.inside, integer(2, 1e9).inside)
        .map(([x, options]) => [x < 0 ? x / (options - 1) : x, options] as const),
      wrong: [
        [[-0.6, 3], "signal", -0.6],
        [[1.1, 3], "signal", 1.1],
        [[0.5, 1], "options", 1],
      ],
    },
    gives: share,
  },
  pluralityLevelMap: {
    takes: {
      inside: fc
        .tuple(bias.inside, pluralityNode.inside)
        .map(([x, of]) => [x < 0 ? x / (of.options - 1) : x, of] as const),
      wrong: [
        [[1.5, { votes: 3, options: 3, fidelity: 1 }], "signal", 1.5],
        [[-0.6, { votes: 3, options: 3, fidelity: 1 }], "signal", -0.6],
        [[0.5, { votes: 0, options: 3, fidelity: 1 }], "votes", 0],
        [[0.5, { votes: 3, options: 1, fidelity: 1 }], "options", 1],
        [[0.5, { votes: 3, options: 3, fidelity: 0 }], "fidelity", 0],
        [[0.5, { votes: 3, options: 3, fidelity: 1, rho: 2 }], "rho", 2],
      ],
    },
    gives: signed,
  },
  mapFixedPoints: {
    takes: {
      map: any(
        fc.constantFrom(
          (x: number) => x,
          (x: number) => x * x,
          half,
          (x: number) => 2 * x,
        ),
      ),
      search: record({
        "low?": finite({ tried: [-1, 0] }),
        "high?": finite({ tried: [0.5, 2] }),
        "grid?": integer(1, 50),
      }),
    },
    gives: Array.isArray,
  },
  pluralityFixedPoints: {
    takes: { node: pluralityNode, grid: integer(1, 40) },
    gives: (points) => points.every(({ at }: { at: number }) => share(at)),
    runs: 40,
  },
  pluralityAheadBound: {
    takes: {
      inside: fc.tuple(
        fc.double({ min: 0.51, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        integer(1, 1e6).inside,
      ),
      wrong: [
        [[0.3, [0.4, 0.3], 3], "accuracy", 0.3],
        [[0.6, [0.4], 0], "lead", 0],
        [[0.6, [0.6], 2], "accuracy + wrong", 1.2],
        [[1.2, 1, 2], "accuracy", 1.2],
      ],
    },
    gives: share,
  },

  // sequential.ts
  aheadByK: { takes: { accuracy, lead: integer(1, 1e9) }, gives: sequential },
  aheadByKCapped: { takes: { accuracy, lead: integer(1, 40), votesMax: integer(1, 60), ties }, gives: sequential },
  raceToK: { takes: { accuracy, goal: integer(1, 2000) }, gives: sequential, runs: 100 },
  leadForError: { takes: { accuracy: number(0.5, 1, { lowOpen: true }), error: inner }, gives: atLeast(1) },
  leadForSteps: {
    takes: { accuracy: number(0.5, 1, { lowOpen: true }), steps: integer(1, 1e15), target: inner },
    gives: atLeast(1),
  },
  decompositionCost: {
    takes: {
      accuracy,
      steps: integer(1, 1e15),
      lead: integer(1, 1e6),
      options: record({ "costPerVote?": nonNegative(), "discarded?": number(0, 1, { highOpen: true }) }),
    },
    gives: ({ success, cost }) => share(success) && cost >= 0,
  },
  aheadByKShared: { takes: { accuracy, lead: integer(1, 1e9), rho: correlation }, gives: sequential },
  aheadByKOverTasks: {
    takes: {
      inside: fc.oneof(
        fc.tuple(fc.array(accuracy.inside, { minLength: 1, maxLength: 6 }), integer(1, 1e6).inside),
        fc
          .tuple(difficultyLaw.inside, integer(1, 1e6).inside)
          .map(([all, lead]) => [all.accuracies, lead, all.weights]),
      ),
      wrong: [
        [[[], 1], "accuracies.length", 0],
        [[[0.5, 2], 1], "accuracy", 2],
        [[[0.5], 0], "lead", 0],
        [[[0.5, 0.6], 1, [1, -1]], "weight", -1],
        [[[0.5, 0.6], 1, [0, 0]], "sum of weights", 0],
      ],
    },
    gives: sequential,
  },
  sequentialTestThresholds: { takes: { falseAccept: inner, falseReject: inner }, gives: anything },
  sequentialTestWalk: { takes: { accuracy, up: integer(1, 1e9), down: integer(1, 1e9) }, gives: sequential },

  // weighted-votes.ts
  logOddsWeights: { takes: { accuracies: list(inner, "accuracy", { min: 0 }) }, gives: anything },
  weightedMajorityProbability: {
    takes: {
      inside: fc.tuple(votes, probability().inside).map(([of, tie]) => [of.accuracies, of.weights, tie] as const),
      wrong: [
        [[[0.5], [1, 2]], "weights.length", 2],
        [[[1.5], [1]], "accuracy", 1.5],
        [[[0.5], [Number.NaN]], "weight", Number.NaN],
        [[[0.5], [1], 2], "tie", 2],
        [[[], []], "weights.length", 0],
      ],
    },
    gives: share,
  },
  comonotoneVoteProbability: {
    takes: {
      inside: fc
        .tuple(votes, probability().inside, correlation.inside)
        .map(([of, tie, rho]) => [of.accuracies, of.weights, rho, tie] as const),
      wrong: [
        [[[0.5], [1], 2], "rho", 2],
        [[[0.5], [infinity], 0.2], "weight", infinity],
        [[[-0.5], [1], 0.2], "accuracy", -0.5],
      ],
    },
    gives: share,
  },
  copulaVoteProbability: {
    takes: {
      inside: fc
        .tuple(votes, probability().inside)
        .map(([of, tie]) => [of.accuracies, of.loadings, of.weights, tie] as const),
      wrong: [
        [[[0.5], [1]], "loading", 1],
        [[[0.5], [0.1, 0.2]], "loadings.length", 2],
        [[[0.5], [0.1], [1], -1], "tie", -1],
      ],
    },
    gives: share,
    runs: 30,
  },
  signedCovariance: {
    takes: {
      inside: team.map(({ biases, correlations }) => [biases, correlations] as const),
      wrong: [
        [[[2, 0], two], "bias", 2],
        [[[0.5], two], "correlations.length", 2],
        [
          [
            [0.5, 0.5],
            [
              [1, 2],
              [2, 1],
            ],
          ],
          "correlation",
          2,
        ],
      ],
    },
    gives: (rows) => rows.flat().every(signed),
  },
  correlatedWeights: {
    takes: {
      inside: team.map(({ biases, correlations }) => [biases, correlations] as const),
      wrong: [
        [[[2, 0], two], "bias", 2],
        [[[0.5, 0.5], two, -1], "ridge", -1],
        [[[0.5, 0.5], two, Number.NaN], "ridge", Number.NaN],
      ],
    },
    gives: (all) => all.every(Number.isFinite),
  },
  teamSignalToNoise: {
    takes: {
      inside: team.map(({ biases, correlations }) => [biases, correlations] as const),
      wrong: [[[[2, 0], two], "bias", 2]],
    },
    gives: atLeast(0),
  },
  linearVoteApproximate: {
    takes: {
      inside: team
        .filter(({ biases, weights: all }) =>
          biases.some((one, i) => Math.abs(one) < 0.999 && Math.abs(all[i]!) > 1e-3),
        )
        .map(({ biases, correlations, weights: all }) => [biases, correlations, all] as const),
      wrong: [
        [[[0.5, 0.5], two, [1]], "weights.length", 1],
        [[[0.5, 0.5], two, [0, 0]], "variance of the vote", 0],
        [[[0.5, 0.5], two, [Number.NaN, 0]], "weight", Number.NaN],
      ],
    },
    gives: share,
  },
  effectiveTeamSize: {
    takes: {
      inside: fc.tuple(
        fc.oneof(number(1, infinity).inside, fc.integer({ min: 1, max: 99 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      wrong: [
        [[0.5, 0.5], "votes", 0.5],
        [[9, -0.5], "1 + (votes − 1) · correlation", -3],
        [[9, 2], "correlation", 2],
      ],
    },
    gives: atLeast(0),
  },
  effectiveTeamSizeWeighted: {
    takes: {
      inside: team
        .filter(({ weights: all }) => all.some((weight) => Math.abs(weight) > 1e-3))
        .map(({ weights: all, correlations }) => [all, correlations] as const),
      wrong: [
        [[[1], two], "correlations.length", 2],
        [
          [
            [1, 1],
            [
              [1, 3],
              [3, 1],
            ],
          ],
          "correlation",
          3,
        ],
        [[[0, 0], two], "weights′ · correlations · weights", 0],
        [[[1, infinity], two], "weight", infinity],
      ],
    },
    gives: atLeast(0),
  },
  greedyTeam: {
    takes: {
      inside: fc
        .tuple(team, nonNegative().inside)
        .map(([of, budget]) => [of.biases, of.correlations, of.costs, budget] as const),
      wrong: [
        [[[0.1, 0.2], two, [1, 0], 1], "cost", 0],
        [[[0.1, 0.2], two, [1, 1], -1], "budget", -1],
        [[[0.1, 3], two, [1, 1], 4], "bias", 3],
      ],
    },
    gives: ({ signalToNoise, cost }) => signalToNoise >= 0 && cost >= 0,
  },

  // uncertainty.ts
  amplificationGradient: { takes: { aggregation }, gives: anything },
  exponentGradient: { takes: { aggregation: aggregationOf(fanInAtLeast(2)) }, gives: anything },
  fixedPointGradient: { takes: { aggregation: oddAggregation }, gives: anything },
  treeBiasGradient: {
    takes: { leafBias: bias, layers, aggregation: narrowAggregation },
    gives: (all) => signed(all.bias),
  },
  deltaInterval: {
    takes: {
      inside: fc.tuple(
        finite().inside,
        fc.tuple(finite({ tried: [-1e50, 1e50] }).inside, finite({ tried: [-1e50, 1e50] }).inside),
        covariance,
      ),
      wrong: [
        [[infinity, [1], [[1]]], "value", infinity],
        [[0, [1], [[-1]]], "variance", -1],
        [[0, [1, 2], [[1]]], "covariance.length", 1],
        [[0, [Number.NaN], [[1]]], "gradient", Number.NaN],
        [[0, [1], [[Number.NaN]]], "covariance", Number.NaN],
        [[0, [1], [[1]], Number.NaN], "z", Number.NaN],
      ],
    },
    gives: ({ low, high }) => low <= high,
  },
  deltaIntervalOfBias: {
    takes: {
      inside: fc.tuple(
        number(-1, 1, { lowOpen: true, highOpen: true }).inside,
        fc.tuple(finite({ tried: [-1e50, 1e50] }).inside, finite({ tried: [-1e50, 1e50] }).inside),
        covariance,
      ),
      wrong: [
        [[1, [1], [[1]]], "bias", 1],
        [[0, [1], [[-1]]], "variance", -1],
        [[0, [1], [[1]], infinity], "z", infinity],
      ],
    },
    gives: ({ low, high }) => signed(low) && signed(high) && low <= high,
  },
  probabilitySupercritical: {
    takes: {
      aggregation,
      errors: record({
        fidelity: nonNegative({ tried: [0, 1e100] }),
        rho: nonNegative({ tried: [0, 1e100] }),
        "correlation?": number(-1, 1),
      }),
    },
    gives: share,
  },
  propagate: {
    takes: {
      inside: fc
        .tuple(
          number(0, 1, { lowOpen: true, highOpen: true, tried: [0.01, 0.99] }).inside,
          fc.constantFrom("identity", "log", "logit"),
          fc.double({ min: 0, max: 10, noNaN: true }),
        )
        .map(([mean, transform, variance]) => [
          ([x]: readonly number[]) => x,
          [mean],
          [[variance]],
          { transforms: [transform], draws: 20, next: random(1) },
        ]),
      wrong: [
        [[half, [1], [[0.1]], { transforms: ["logit"], next: random(1) }], "means[0]", 1],
        [[half, [1], [[0.1]], { draws: 1, next: random(1) }], "draws", 1],
        [[half, [1], [[0.1]], { confidence: 1, next: random(1) }], "confidence", 1],
        [[half, [1, 2], [[0.1]], { next: random(1) }], "covariance.length", 1],
        [[half, [1], [[Number.NaN]], { next: random(1) }], "covariance", Number.NaN],
        [[half, [1], [[1]], { transforms: ["cube"], next: random(1) }], "transforms[0]", "cube"],
      ],
    },
    gives: ({ low, high }) => low <= high,
    runs: 60,
  },

  // special.ts, quadrature.ts, optimize.ts
  normalDensity: { takes: { z: finite() }, gives: within(0, 0.4) },
  normalCdf: {
    takes: { z: extended },
    gives: share,
  },
  normalQuantile: { takes: { p: inner }, gives: within(-39, 39) },
  studentTQuantile: { takes: { q: inner, df: number(1, Number.MAX_VALUE) }, gives: anything },
  logGamma: { takes: { x: number(0, 1e305, { lowOpen: true }) }, gives: atLeast(-0.13) },
  logBeta: {
    takes: { a: number(0, 1e305, { lowOpen: true }), b: number(0, 1e305, { lowOpen: true }) },
    gives: anything,
  },
  logChoose: {
    takes: {
      inside: fc.tuple(number(0, 1e304).inside, probability().inside).map(([n, part]) => [n, n * part] as const),
      wrong: [
        [[-1, 0], "n", -1],
        [[3, 4], "k", 4],
        [[3, -1], "k", -1],
        [[3, Number.NaN], "k", Number.NaN],
      ],
    },
    gives: atLeast(-1e-9),
  },
  gaussLegendre: {
    takes: { order: integer(1, 48) },
    gives: ({ nodes, weights: all }) =>
      nodes.every(signed) && Math.abs(all.reduce((sum: number, w: number) => sum + w, 0) - 2) < 1e-12,
  },
  integrate: {
    takes: {
      of: any(fc.constant(half)),
      low: finite({ tried: [-1e300, 1e300] }),
      high: finite({ tried: [-1e300, 1e300] }),
      order: integer(1, 20),
    },
    gives: Number.isFinite,
  },
  normalExpectation: {
    takes: { of: any(fc.constant(half)), panelWidth: positive({ tried: [0.01, 1e300], usual: [0.01, 1] }) },
    gives: within(0.49, 0.51),
    runs: 100,
  },
  nelderMead: {
    takes: {
      objective: any(
        fc.constantFrom(
          ([x]: readonly number[]) => (x! - 1) ** 2,
          () => 0,
          () => Number.NaN,
        ),
      ),
      start: list(finite({ tried: [-1e6, 1e6] }), "start"),
      options: record({
        "step?": finite({ tried: [1e-6, 10] }),
        "tolerance?": nonNegative(),
        iterationsMax: integer(0, 60),
      }),
    },
    gives: ({ point, iterations }) => Array.isArray(point) && iterations >= 0,
    runs: 100,
  },
  bisect: {
    takes: {
      inside: fc.tuple(
        fc.constant((x: number) => x - 0.3),
        number(-infinity, 0.3).inside,
        number(0.3, infinity).inside,
        fc.constantFrom(0, 1e-9, 1e300),
      ),
      wrong: [
        [[half, 0, 1], "[low, high]", [0, 1]],
        [[(x: number) => x, -infinity, 1], "low", -infinity],
        [[(x: number) => x, -1, Number.NaN], "high", Number.NaN],
        [[(x: number) => x, -1, 2, Number.NaN], "tolerance", Number.NaN],
        [[(x: number) => x, -1, 2, -1], "tolerance", -1],
      ],
    },
    gives: Number.isFinite,
  },

  // random.ts, interval.ts
  random: {
    takes: { seed: any(fc.oneof(fc.integer(), fc.string())) },
    gives: (stream) => Array.from({ length: 20 }, () => stream()).every((u) => u >= 0 && u < 1),
  },
  hashText: { takes: { text: any(fc.string()) }, gives: (hash) => hash >= 0 && hash < 2 ** 32 },
  permutation: {
    takes: { n: integer(0, 300), next: any(fc.integer().map((seed) => random(seed))) },
    gives: (order) =>
      [...order].toSorted((a: number, b: number) => a - b).every((place: number, i: number) => place === i),
  },
  isMeasured: {
    takes: {
      quantity: any(fc.constantFrom({ value: 1, low: 0, high: 2, confidence: 0.9 }, { notMeasured: "x", probe: "y" })),
    },
    gives: (result, quantity) => result === !("notMeasured" in quantity),
  },
};
