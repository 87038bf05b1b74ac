// Where the next tokens narrow the decision most.

import { lossOf, type Rivalry } from "./look.ts";

/** What is known of a column that is in play, as far as allocation needs it. */
export interface InPlay {
  readonly name: string;
  /** Cost of one more lone answer, in the unit of the budget. */
  readonly price: number;
  /** Lone answers on the tasks in play. */
  readonly samples: number;
  /** Correlation of two answers to one task: what a repeat tells less than a new task. 0 where it is not known. */
  readonly rho: number;
}

/** How far the data should go after the next batch. */
export interface Target {
  readonly tasks: number;
  readonly samples: ReadonlyMap<string, number>;
  /** Factors by which relay probes and groups should grow; 1: no more of them. */
  readonly relays: number;
  readonly groups: number;
}

/** Shares of the extra variance of rivalries with readers that γ(m) and ρ_within are to blame for. */
export interface ChannelShares {
  readonly fidelity: number;
  readonly rhoWithin: number;
}

export interface AllocateOptions {
  /** Tasks that the columns in play were asked. */
  readonly tasks: number;
  readonly tasksMax: number;
  readonly samplesMax: number;
  /** To be spent at most on this batch. */
  readonly most: number;
  /** Tasks grow by this factor if nothing else pays better. */
  readonly growth: number;
  /** Cost of half as many relay probes, or groups, again; NaN: there are none. */
  readonly relaysPrice: number;
  readonly groupsPrice: number;
  readonly channel: ChannelShares;
}

/**
 * Greedy in small steps, each the one that lowers the expected loss of taking the leader at its word by most per token:
 *
 *   Σ over rivalries of σ Ψ(|d|/σ),  Ψ(z) = φ(z) − z Φ(−z),  σ² = V/n + E/r
 *
 * (the expected opportunity cost of selecting the best, Chick and Inoue 2001). A step is a quarter of a batch of new tasks
 * for all columns in play, or one more answer of a column to every task in play, or half as many relay probes or groups
 * again. What a step does to σ²: new tasks n → n′ divide what scatters over tasks by n′/n, and half of the extrapolation with it;
 * r → r′ answers to a task take ((1 + (r′ − 1)ρ)/r′)/((1 + (r − 1)ρ)/r) off the column's part of the scatter, and r/r′ off
 * what is extrapolated from it.
 */
export function allocate(rivalries: readonly Rivalry[], columns: readonly InPlay[], options: AllocateOptions): Target {
  const { tasks, tasksMax, samplesMax, most, growth, relaysPrice, groupsPrice, channel } = options;
  const samples = new Map(columns.map(({ name, samples }) => [name, samples]));
  let state: State = { tasks, samples, relays: 1, groups: 1 };
  const repeated = new Set(rivalries.flatMap((one) => [...one.repeated]));
  const read = rivalries.some(({ reads }) => reads);
  const step = Math.max(1, Math.round((tasks * (growth - 1)) / 4));
  const taskPrice = (of: State) =>
    columns.reduce((sum, { name, price }) => sum + price * (of.samples.get(name) ?? 1), 0);
  let left = Math.min(most, 4 * step * taskPrice(state));
  const start = state;
  for (;;) {
    const loss = lossAt(rivalries, columns, start, state, channel);
    const steps: { readonly to: State; readonly price: number }[] = [];
    const more = Math.min(step, tasksMax - state.tasks, Math.floor(left / taskPrice(state)));
    if (more > 0) steps.push({ to: { ...state, tasks: state.tasks + more }, price: more * taskPrice(state) });
    for (const { name, price } of columns) {
      const r = state.samples.get(name)!;
      if (repeated.has(name) && r < samplesMax)
        steps.push({ to: { ...state, samples: new Map(state.samples).set(name, r + 1) }, price: state.tasks * price });
    }
    if (read && relaysPrice > 0)
      steps.push({ to: { ...state, relays: state.relays * 1.5 }, price: relaysPrice * state.relays });
    if (read && groupsPrice > 0)
      steps.push({ to: { ...state, groups: state.groups * 1.5 }, price: groupsPrice * state.groups });
    const affordable = steps.filter(({ price }) => price <= left);
    if (affordable.length === 0) break;
    const worth = ({ to, price }: (typeof steps)[number]) =>
      (loss - lossAt(rivalries, columns, start, to, channel)) / price;
    const best = affordable.reduce((a, b) => (worth(b) > worth(a) ? b : a));
    state = best.to;
    left -= best.price;
  }
  return state;
}

type State = Target;

function lossAt(
  rivalries: readonly Rivalry[],
  columns: readonly InPlay[],
  from: State,
  to: State,
  { fidelity, rhoWithin }: ChannelShares,
): number {
  const fresh = from.tasks / to.tasks;
  const scattered = new Map<string, number>();
  const extrapolated = new Map<string, number>();
  for (const { name, rho } of columns) {
    const [r, more] = [Math.max(1, from.samples.get(name)!), Math.max(1, to.samples.get(name)!)];
    const spread = (n: number) => (1 + (n - 1) * rho) / n;
    scattered.set(name, spread(more) / spread(r));
    extrapolated.set(name, r / more);
  }
  return rivalries.reduce((sum, { columns: asked, repeated, reads, gain, taskVariance, extraVariance }) => {
    const scatter = taskVariance * fresh * meanOver(asked, scattered);
    const repeats = repeated.size > 0 ? meanOver(repeated, extrapolated) : 1;
    const answers = extraVariance * (0.5 + 0.5 * fresh) * repeats;
    const extra = reads
      ? answers * Math.max(0, 1 - fidelity - rhoWithin) + extraVariance * (fidelity / to.relays + rhoWithin / to.groups)
      : answers;
    return sum + lossOf(gain, Math.sqrt(scatter + extra));
  }, 0);
}

function meanOver(names: ReadonlySet<string>, factors: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const name of names) sum += factors.get(name) ?? 1;
  return sum / names.size;
}
