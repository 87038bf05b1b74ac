// The words of a run's report: verdict, bill, forecast against measured, states of steps, time, notes. What every format
// prints; the pictures are drawn from the same rows.
import type { Kind } from "../organizations/organization.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import type { Account, AgentAccount, Sums } from "../trace/account.ts";
import type { Caps, StepState } from "../trace/event.ts";
import { type Block, type Draft, type Note, printable, type Section, type Span, type Table } from "./document.ts";
import type { Drawing, Size } from "./figures/drawing.ts";
import { accuracyInterval, between, count, decimal, money, percent, plain } from "./format-number.ts";
import type { Kept, RunResult, Spent } from "./run-data.ts";
import { billDrawing, keptDrawing } from "./run-figures.ts";
import { teamLabel } from "./team-text.ts";
import { capitalize, list, plural } from "./words.ts";

/** A claim with what supports it, and its picture where it has one. */
export type RunBlock = Omit<Block, "figure"> & {
  readonly figure?: {
    readonly number: number;
    readonly description: string;
    readonly source: string;
    draw(size: Size): Drawing;
  };
};

export type RunSection = Omit<Section, "blocks"> & { readonly blocks: readonly RunBlock[] };

/** All the wording of a run, the same in every format, with the result it was made from. */
export interface RunReport {
  readonly result: RunResult;
  /** In people's words. */
  readonly team: string;
  readonly kind: Kind;
  readonly headline: string;
  readonly lede: readonly Span[];
  readonly warnings: readonly string[];
  readonly facts: readonly string[];
  readonly sections: readonly RunSection[];
}

/** What stands before the words of a run where it is part of something larger. */
export interface Around extends Pick<RunReport, "headline" | "lede"> {
  readonly sections: readonly { readonly id: string; readonly title: string; readonly blocks: readonly RunDraft[] }[];
}

/** The words of a run. */
export function runReport(given: RunResult, around?: Around): RunReport {
  const result = given.account
    ? { ...printable({ ...given, account: undefined }), account: given.account }
    : printable(given);
  const kind = kindOf(result.team);
  const { account } = result;
  const drafts = [
    ...(around?.sections ?? []),
    {
      id: "bill",
      title: "The bill",
      blocks: [
        account ? bill(result, account) : billWithoutAgents(result),
        ...(account ? [unknowns(result, account), cache(account), energy(account)] : []),
      ],
    },
    { id: "forecast", title: "Forecast and measured", blocks: [kept(result, kind)] },
    { id: "steps", title: "What became of the steps", blocks: [states(result), ...(account ? [tries(account)] : [])] },
    { id: "time", title: "Where the time went", blocks: account ? [time(result, account), slowest(account)] : [] },
    { id: "notes", title: "Worth knowing", blocks: account ? [notes(account)] : [] },
  ];
  let figures = 0;
  const sections = drafts
    .map(({ blocks, ...rest }) => ({ ...rest, blocks: blocks.filter((block) => block !== null) }))
    .filter(({ blocks }) => blocks.length > 0)
    .map(({ blocks, ...rest }, i) => ({
      ...rest,
      number: i + 1,
      blocks: blocks.map(({ figure, ...block }) =>
        figure ? { ...block, figure: { ...figure, number: ++figures } } : block,
      ),
    }));
  return {
    result,
    team: teamLabel(result.team, {}),
    kind,
    headline: printable(around?.headline ?? headline(result)),
    lede: printable(around?.lede ?? lede(result)),
    warnings: warnings(result),
    facts: facts(result),
    sections: printable(sections),
  };
}

/** A block before the report numbers its figures. */
export type RunDraft = Omit<Draft, "figure"> & { readonly figure?: Omit<NonNullable<RunBlock["figure"]>, "number"> };

function kindOf(team: string): Kind {
  try {
    return parseTeam(team).kind;
  } catch {
    return "single";
  }
}

// ── the verdict ────────────────────────────────────────────────────────────────────────────────────────────────────

const answeredOf = ({ answers }: RunResult) => answers.filter(({ state }) => state === "answered").length;

function headline(result: RunResult): string {
  const { status, accuracy, answers, spent } = result;
  const all = plural(answers.length, "task");
  const answered = answeredOf(result);
  const some = `${count(answered)} of ${all}`;
  const right = accuracy ? `${percent(accuracy.value, 1)} right` : "";
  switch (status) {
    case "failed":
      return "Nothing was answered.";
    case "budget":
      return `The budget ended the run: ${some} ${answered === 1 ? "is" : "are"} answered${right ? `, ${right}` : ""}.`;
    case "interrupted":
      return `The run was stopped: ${some} ${answered === 1 ? "is" : "are"} answered${right ? `, ${right}` : ""}.`;
    default: {
      const done = answered === answers.length ? all : some;
      return accuracy
        ? `${capitalize(right)} on ${plural(accuracy.tasks, "task")}, for ${priceText(spent)}.`
        : `${capitalize(done)} answered, for ${priceText(spent)}.`;
    }
  }
}

/** Dollars where prices are known, else tokens. */
function priceText({ usd, tokens }: Spent): string {
  return usd > 0 ? money(usd) : `${count(tokens)} tokens`;
}

function lede(result: RunResult): Span[] {
  const { team, accuracy, spent, unknown, budget, asked, answered } = result;
  const label = teamLabel(team, {});
  const spans: Span[] = [
    { text: capitalize(label), strong: true },
    { text: ` was asked ${plural(asked, "question")}; ` },
  ];
  spans.push({ text: `${count(answered)} ${answered === 1 ? "was" : "were"} answered.` });
  if (accuracy)
    spans.push(
      { text: " Right answers " },
      { text: percent(accuracy.value, 1), strong: true },
      { text: ` ${accuracyInterval(accuracy)}.` },
    );
  spans.push(
    { text: " Spent " },
    { text: `${count(spent.tokens)} tokens`, strong: true },
    {
      text: `${spent.usd > 0 ? `, ${money(spent.usd)},` : ""} in ${plural(spent.calls, "call")}${ofBudget(spent, budget.run)}.`,
    },
  );
  if (unknown.calls > 0)
    spans.push({
      text: ` Of that, ${count(unknown.tokens)} tokens${unknown.usd > 0 ? ` and ${money(unknown.usd)}` : ""} are reservations of ${plural(unknown.calls, "call")} whose bill nobody knows: the upstream charged that or less.`,
    });
  return spans;
}

/** ", 41 % of the budget": of the cap that is nearest to being reached. */
function ofBudget(spent: Spent, caps: Caps): string {
  const shares = [
    ...(caps.nanoUsd === undefined ? [] : [(1e9 * spent.usd) / caps.nanoUsd]),
    ...(caps.tokens === undefined ? [] : [spent.tokens / caps.tokens]),
    ...(caps.calls === undefined ? [] : [spent.calls / caps.calls]),
  ];
  return shares.length === 0 ? "" : `, ${percent(Math.max(...shares), 1)} of the budget`;
}

function warnings({ status, degraded, answers, steps, overBudget, run, reserved }: RunResult): string[] {
  const unanswered = answers.filter(({ state }) => state === "unanswered").length;
  const open = answers.filter(({ state }) => !["answered", "unanswered"].includes(state)).length;
  return [
    ...(degraded > 0
      ? [
          `${plural(degraded, "task")} ${degraded === 1 ? "lacks" : "lack"} a member or had one replaced: ${list(lostWords(steps))}. The others decided; with --retry-failed they are asked again.`,
        ]
      : []),
    ...(unanswered > 0
      ? [
          `${plural(unanswered, "task")} ${unanswered === 1 ? "has" : "have"} no answer: no member gave one that could be read.`,
        ]
      : []),
    ...(status === "budget"
      ? [
          `The budget of ${overBudget === "run" ? "the run" : (overBudget ?? "the run")} had no room for ${plural(open, "task")}. Go on with more: quorate run … --resume ${run} --budget …`,
        ]
      : []),
    ...(status === "interrupted"
      ? [`${plural(open, "task")} ${open === 1 ? "is" : "are"} left. Go on: quorate run … --resume ${run}`]
      : []),
    ...(reserved.calls > 0
      ? [
          `${plural(reserved.calls, "call")} ${reserved.calls === 1 ? "is" : "are"} still reserved; a resumed run closes them.`,
        ]
      : []),
  ];
}

function lostWords(steps: RunResult["steps"]): string[] {
  const states: readonly [StepState, string][] = [
    ["failed", "failed"],
    ["over-budget", "had no budget"],
  ];
  const words = states
    .filter(([state]) => steps[state] > 0)
    .map(([state, word]) => `${plural(steps[state], "step")} ${word}`);
  return words.length > 0 ? words : ["a fallback answered"];
}

function facts({ answers, asked, spent, seconds }: RunResult): string[] {
  return [plural(answers.length, "task"), plural(asked, "step"), priceText(spent), timeText(seconds)];
}

// ── the bill ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where the picture of a bill takes its bars from. */
export interface BillRow {
  readonly name: string;
  /** Prompt tokens that were not cached, cached ones, visible answers, reasoning, and tokens of unknown billing. */
  readonly parts: readonly [fresh: number, cached: number, visible: number, reasoning: number, unknown: number];
  readonly usd: number;
}

function billRow(name: string, { tokens, unknown, spent }: Sums): BillRow {
  const { tokensIn, tokensInCached, tokensOut, tokensReasoning } = tokens;
  const parts = [
    tokensIn - tokensInCached,
    tokensInCached,
    tokensOut - tokensReasoning,
    tokensReasoning,
    unknown.tokens,
  ] as const;
  return { name: printable(name), parts, usd: spent.nanoUsd / 1e9 };
}

function bill(result: RunResult, account: Account): RunDraft {
  const agents = [...account.agents.values()].sort(byMoney);
  const rows = agents.map(({ member, sums }) => billRow(member, sums));
  const hasPrices = result.spent.usd > 0;
  const hasCached = account.run.tokens.tokensInCached > 0;
  const hasReasoning = account.run.tokens.tokensReasoning > 0;
  const hasUnknown = account.run.unknown.calls > 0;
  const cells = ({ member, sums }: Pick<AgentAccount, "member" | "sums">) => [
    member,
    count(sums.spent.calls),
    count(sums.tokens.tokensIn),
    ...(hasCached ? [count(sums.tokens.tokensInCached)] : []),
    count(sums.tokens.tokensOut),
    ...(hasReasoning ? [count(sums.tokens.tokensReasoning)] : []),
    ...(hasUnknown ? [count(sums.unknown.tokens)] : []),
    count(sums.spent.tokens),
    ...(hasPrices ? [money(sums.spent.nanoUsd / 1e9)] : []),
  ];
  const number = (name: string) => ({ name, as: "number" as const });
  const table: Table = {
    columns: [
      { name: "agent" },
      ...["calls", "tokens in", ...(hasCached ? ["cached"] : []), "tokens out"].map(number),
      ...(hasReasoning ? [number("reasoning")] : []),
      ...(hasUnknown ? [number("unknown")] : []),
      number("counted"),
      ...(hasPrices ? [number("dollars")] : []),
    ],
    rows: [
      ...agents.map((agent) => ({ cells: cells(agent) })),
      ...(agents.length > 1 ? [{ cells: cells({ member: "all", sums: account.run }), strong: true }] : []),
    ],
  };
  const [most] = agents;
  const share = most && account.run.spent.tokens > 0 ? most.sums.spent.tokens / account.run.spent.tokens : 0;
  return {
    id: "bill",
    title:
      agents.length > 1 && most
        ? `${most.member} took ${percent(share)} of the tokens`
        : `${count(result.spent.tokens)} tokens in ${plural(result.spent.calls, "call")}`,
    subtitle: `Tokens by agent and kind, as the upstream counted them${hasUnknown ? "; hatched: unknown billing, at its reservation" : ""}`,
    ...(rows.some(({ parts }) => parts.some((part) => part > 0)) && {
      figure: {
        description: `Tokens by agent and kind: ${rows.map(({ name, parts }) => `${name} ${count(parts.reduce((sum, part) => sum + part, 0))}`).join(", ")}.`,
        source: "Sums of the run's journal; they are those of its ledger.",
        draw: (size: Size) => billDrawing(rows, size),
      },
    }),
    table,
    notes: [
      {
        lead: "How to check it.",
        text: "What the upstream bills is the tokens by kind, plus at most what stands under unknown billing.",
      },
    ],
  };
}

const byMoney = (a: AgentAccount, b: AgentAccount) =>
  b.sums.spent.nanoUsd - a.sums.spent.nanoUsd || b.sums.spent.tokens - a.sums.spent.tokens;

/** Of a run that was over before it was taken up again: the ledger's sums alone. */
function billWithoutAgents({ spent, unknown }: RunResult): RunDraft {
  return {
    id: "bill",
    title: `${count(spent.tokens)} tokens in ${plural(spent.calls, "call")}`,
    paragraphs: [
      `${spent.usd > 0 ? `${money(spent.usd)}. ` : ""}${unknown.calls > 0 ? `Unknown billing: ${count(unknown.tokens)} tokens.` : "All billing is known."}`,
    ],
    notes: [],
  };
}

function unknowns({ unknown }: RunResult, { run }: Account): RunDraft | null {
  if (unknown.calls === 0) return null;
  const { lost, bounded } = run.billing;
  return {
    id: "unknown",
    title: `${plural(lost + bounded, "call")} ${lost + bounded === 1 ? "has" : "have"} a bill that nobody told`,
    table: {
      columns: [{ name: "why" }, { name: "calls", as: "number" }, { name: "counted as", as: "code" }],
      rows: [
        { cells: ["lost: reset, timed out, broken off, or its process died", count(lost), "its reservation"] },
        { cells: ["answered without usage", count(bounded), "its reservation"] },
      ].filter((_, i) => [lost, bounded][i]! > 0),
    },
    notes: [],
  };
}

function cache({ cached }: Account): RunDraft | null {
  const { tokensIn, forecast, seen } = cached;
  if (tokensIn === 0 || (forecast === 0 && seen === 0)) return null;
  return {
    id: "cached",
    title: `${percent(seen / tokensIn, 1)} of prompt tokens were cached, ${percent(forecast / tokensIn, 1)} were forecast to be`,
    paragraphs: [
      "A prompt begins with what all steps of its task share, so that an upstream that keeps beginnings finds it.",
    ],
    notes: [],
  };
}

function energy({ wattHours, gramsCo2 }: Account): RunDraft | null {
  if (!wattHours) return null;
  const grams = gramsCo2 ? `, ${plain(gramsCo2.low)} to ${plain(gramsCo2.high)} g CO₂` : "";
  return {
    id: "energy",
    title: `${plain(wattHours.low)} to ${plain(wattHours.high)} Wh${grams}`,
    paragraphs: [
      "From reported tokens and published figures, not from a meter; from the least to the most that is likely.",
    ],
    notes: [],
  };
}

// ── forecast and measured ──────────────────────────────────────────────────────────────────────────────────────────

const keptNames: Readonly<Record<Kept["what"], readonly [short: string, long: string]>> = {
  accuracy: ["right, %", "right answers, %"],
  tokens: ["tokens", "tokens per task"],
  usd: ["dollars", "dollars per task"],
  calls: ["calls", "calls per task"],
  seconds: ["seconds", "seconds per task"],
};

/** A value of this sort, as the table and the picture write it. */
export function keptText(what: Kept["what"], value: number): string {
  if (what === "accuracy") return decimal(100 * value, 1);
  if (what === "usd") return value >= 1e-6 ? `$${Number(value.toPrecision(3))}` : money(value);
  return what === "tokens" ? count(value) : plain(value);
}

export const keptName = (what: Kept["what"]) => keptNames[what][1];

function kept({ forecast }: RunResult, kind: Kind): RunDraft {
  if (forecast === null)
    return {
      id: "forecast",
      title: "Nothing was forecast",
      paragraphs: [
        "With --calibrate-on and graded answers of these agents, this page shows what was promised beside what came of it. `quorate export --attempts` writes this run as such answers.",
      ],
      notes: [],
    };
  if (forecast.length === 0)
    return { id: "forecast", title: "No task has ended that a forecast could be checked on", notes: [] };
  const missed = forecast
    .filter(({ isInside }) => !isInside)
    .map(({ what }) => keptName(what).replace(/,.*| per task/, ""));
  const [{ forecast: first }] = forecast as [Kept];
  const interval = `${Math.round(100 * first.confidence)}\u202f%`;
  const row = ({ what, forecast: promised, measured, isInside }: Kept) => {
    const text = (value: number) => keptText(what, value);
    return {
      cells: [
        keptNames[what][0],
        text(promised.value),
        between(text(promised.low), text(promised.high)),
        text(measured.value),
        between(text(measured.low), text(measured.high)),
        isInside ? "inside" : "outside",
      ],
    };
  };
  return {
    id: "forecast",
    title: missed.length === 0 ? "Everything came as forecast" : `${capitalize(list(missed))} did not come as forecast`,
    subtitle: `Forecast with its predictive ${interval} interval, and what was measured`,
    figure: {
      description: forecast
        .map(
          ({ what, forecast: promised, measured }) =>
            `${keptName(what)}: forecast ${keptText(what, promised.value)}, measured ${keptText(what, measured.value)}`,
        )
        .join("; "),
      source: "Each row has a scale of its own, over both intervals.",
      draw: (size) => keptDrawing(forecast, kind, size),
    },
    table: {
      columns: [
        { name: "per task" },
        { name: "forecast", as: "number" },
        { name: `predictive ${interval}`, as: "number" },
        { name: "measured", as: "number" },
        { name: `its ${interval}`, as: "number" },
        { name: "", as: "status" },
      ],
      rows: forecast.map(row),
    },
    notes: [
      {
        lead: "The interval",
        text: "is the forecast's own, widened by what so many tasks scatter: a mean over few tasks may lie further off.",
      },
    ],
  };
}

// ── steps and time ─────────────────────────────────────────────────────────────────────────────────────────────────

const stateWords: readonly [StepState, string][] = [
  ["answered", "answered"],
  ["unparsed", "replied, no answer could be read"],
  ["truncated", "cut off at the longest answer"],
  ["refused", "declined by the model or a filter"],
  ["failed", "failed"],
  ["over-budget", "had no budget"],
  ["cancelled", "called off, nobody needed it"],
];

function states({ steps, asked, account }: RunResult): RunDraft {
  const agents = account
    ? [...account.agents.values()].filter(({ states: own }) => Object.values(own).some((times) => times > 0))
    : [];
  const shown = stateWords.filter(([state]) => steps[state] > 0);
  return {
    id: "states",
    title: `${count(steps.answered)} of ${plural(asked, "step")} ${steps.answered === 1 ? "was" : "were"} answered`,
    table: {
      columns: [
        { name: "ended" },
        { name: "steps", as: "number" },
        ...(agents.length > 1 ? agents.map(({ member }) => ({ name: member, as: "number" as const })) : []),
      ],
      rows: shown.map(([state, words]) => ({
        cells: [
          words,
          count(steps[state]),
          ...(agents.length > 1 ? agents.map(({ states: own }) => count(own[state])) : []),
        ],
      })),
    },
    ...(account &&
      account.reused > 0 && {
        paragraphs: [
          `${plural(account.reused, "step")} had ${account.reused === 1 ? "its answer" : "their answers"} already and cost nothing again.`,
        ],
      }),
    notes: [],
  };
}

function tries({ whys, reasons }: Account): RunDraft | null {
  const further = whys.retry + whys.hedge + whys.redundant;
  if (further === 0 && reasons.size === 0) return null;
  const told = [
    ...(whys.retry > 0 ? [plural(whys.retry, "retry", "retries")] : []),
    ...(whys.hedge > 0 ? [plural(whys.hedge, "hedged call")] : []),
    ...(whys.redundant > 0 ? [plural(whys.redundant, "redundant call")] : []),
  ];
  return {
    id: "tries",
    title:
      told.length > 0
        ? `${capitalize(list(told))} beside ${plural(whys.first, "first call")}`
        : "Some calls ended no step",
    ...(reasons.size > 0 && {
      table: {
        columns: [
          { name: "a try ended without its step", as: "code" as const },
          { name: "times", as: "number" as const },
        ],
        rows: [...reasons].sort(([, a], [, b]) => b - a).map(([reason, times]) => ({ cells: [reason, count(times)] })),
      },
    }),
    notes: [],
  };
}

function timeText(seconds: number): string {
  if (seconds < 90) return `${decimal(seconds, seconds < 9.95 ? 1 : 0)} s`;
  return seconds < 5400 ? `${decimal(seconds / 60, 1)} min` : `${decimal(seconds / 3600, 1)} h`;
}

function time({ unknown }: RunResult, { seconds, processes }: Account): RunDraft {
  const { calls, wall, criticalMean, criticalLongest } = seconds;
  const known = calls - unknown.seconds;
  return {
    id: "time",
    title: `${timeText(wall)} on the clock, ${timeText(known)} of calls${wall > 0 && known > wall ? `: ${decimal(known / wall, known / wall < 9.95 ? 1 : 0)} at a time` : ""}`,
    table: {
      columns: [{ name: "time" }, { name: "how long", as: "number" }],
      rows: [
        { cells: ["on the clock, waiting included", timeText(wall)] },
        { cells: ["of calls together, where it is known", timeText(known)] },
        ...(criticalMean === undefined
          ? []
          : [{ cells: ["on the critical path of a task, mean", timeText(criticalMean)] }]),
        ...(criticalLongest === undefined
          ? []
          : [{ cells: ["on the critical path of a task, longest", timeText(criticalLongest)] }]),
        ...(processes > 1 ? [{ cells: ["processes that worked on it", count(processes)] }] : []),
      ],
    },
    notes: [
      { lead: "The critical path", text: "is the longest chain of steps each of which waited for the one before." },
    ],
  };
}

const slowestMost = 5;

function slowest({ tasks }: Account): RunDraft | null {
  const rows = [...tasks.values()]
    .flatMap(({ task, ms, criticalMs, states: own, sums }) =>
      ms === undefined ? [] : [{ task, ms, criticalMs, own, sums }],
    )
    .sort((a, b) => (b.criticalMs ?? b.ms) - (a.criticalMs ?? a.ms))
    .slice(0, slowestMost);
  if (rows.length < 2) return null;
  return {
    id: "slowest",
    title: "The slowest tasks",
    table: {
      columns: [
        { name: "task" },
        { name: "critical path", as: "number" },
        { name: "with waiting", as: "number" },
        { name: "steps", as: "number" },
        { name: "tokens", as: "number" },
      ],
      rows: rows.map(({ task, ms, criticalMs, own, sums }) => ({
        cells: [
          printable(task),
          criticalMs === undefined ? "–" : timeText(criticalMs / 1000),
          timeText(ms / 1000),
          count(Object.values(own).reduce((sum, times) => sum + times, 0)),
          count(sums.spent.tokens),
        ],
      })),
    },
    notes: [],
  };
}

function notes({ notes: told }: Account): RunDraft | null {
  if (told.length === 0) return null;
  const rows = told.map(({ message, times, endpoint }) => ({
    cells: [printable(message), endpoint === undefined ? "–" : printable(endpoint), count(times)],
  }));
  return {
    id: "notes",
    title: told.length === 1 ? "One thing was noted" : `${capitalize(plural(told.length, "thing"))} were noted`,
    table: { columns: [{ name: "what" }, { name: "endpoint", as: "code" }, { name: "times", as: "number" }], rows },
    notes: [] as readonly Note[],
  };
}
