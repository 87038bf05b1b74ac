import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Organization, Step } from "../organizations/organization.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { organizationOf, paramsOf } from "../organizations/team.ts";
import type { Event, StepState } from "../trace/event.ts";
import { noAmounts } from "../trace/event.ts";
import type { Bought, Buyer, CallOff, Purchase } from "./buy.ts";
import type { Clock } from "./clock.ts";
import { type Executing, executeTask } from "./execute.ts";

const task = { taskId: "t1", question: "?", gold: "A" };

/** What a step is answered with, or how else it ends; `after` orders the ends. */
interface Script {
  readonly value?: string | null;
  readonly state?: StepState;
  readonly after?: number;
}

interface World {
  readonly asked: string[];
  readonly calledOff: Map<string, CallOff>;
  readonly events: Event[];
  /** Agents by step in the order of asking. */
  readonly agents: string[];
}

/** Runs the team against scripted ends, in the order of their `after`; `during` runs after every end. */
async function run(
  teamText: string,
  script: (step: string, agent: string) => Script,
  {
    organization,
    fallback,
    during,
    ...options
  }: Partial<Executing> & {
    readonly fallback?: string;
    readonly during?: (world: World, stop: { pause(): void; stop(): void }) => void;
  } = {},
) {
  const team = parseTeam(teamText);
  const world: World = { asked: [], calledOff: new Map(), events: [], agents: [] };
  const waiting: { readonly at: number; end(): void }[] = [];
  const clock = stillClock();
  const [pause, stop] = [new AbortController(), new AbortController()];
  const buyer: Buyer = {
    buy: (purchase, signal) =>
      new Promise<Bought>((resolve) => {
        const { step: id, agent } = purchase.step;
        world.asked.push(id);
        world.agents.push(agent);
        const { value = null, state = "answered", after = 0 } = script(id, agent);
        let ended = false;
        const end = (as: StepState, said: string | null, reason?: string) => {
          if (ended) return;
          ended = true;
          const isLeft = as === "failed" && purchase.isReplaceable;
          if (reason !== "interrupted" && !isLeft)
            world.events.push({
              at: 0,
              kind: "step-ended",
              ...{ task: "t1", ...purchase.step, state: as, value: said },
            });
          resolve({
            end: { state: as, value: said, ...(reason !== undefined && { reason }) },
            ...(as === "answered" && { answer: { ...stored, text: said ?? "" } }),
            spent: noAmounts,
            ms: 10,
            callMs: 10 + after,
          });
        };
        signal.addEventListener("abort", () => {
          const why = signal.reason as CallOff;
          world.calledOff.set(id, why);
          end(why === "deadline" ? "failed" : "cancelled", null, why);
        });
        if (after < Number.POSITIVE_INFINITY)
          waiting.push({ at: after, end: () => end(state, state === "answered" ? value : null) });
      }),
  };
  const result = executeTask(
    task,
    0,
    {
      organization: organization ?? organizationOf(team),
      params: paramsOf(team, { seed: 1 }),
      buyer,
      clock,
      reader: { grade: (value, { gold }) => (gold === undefined ? undefined : value === gold ? 1 : 0) },
      counter: () => ({
        purchase: (step, told, place, instead = 0) =>
          ({
            key: `${step.id}/${instead}`,
            task: "t1",
            step: {
              ...{ step: step.id, role: step.role, agent: instead > 0 ? fallback! : step.agent, reads: step.reads },
            },
            priority: place,
            isReplaceable: fallback !== undefined && instead === 0,
            call: { messages: told.map(({ text }) => ({ role: "user", content: text })) },
          }) as unknown as Purchase,
      }),
      note: async (event) => void world.events.push(event),
      ...options,
    },
    { pause: pause.signal, signal: stop.signal },
  );
  const stops = { pause: () => pause.abort(), stop: () => stop.abort("interrupted") };
  for (let quiet = 0; quiet < 3; ) {
    await new Promise(setImmediate);
    during?.(world, stops);
    waiting.sort((a, b) => a.at - b.at);
    const next = waiting.shift();
    if (next) next.end();
    else quiet++;
    if (quiet > 1) clock.tick();
  }
  return { ...(await result), ...world };
}

const stored = { text: "", finish: "stop", bill: { billing: "reported", amounts: noAmounts }, ms: 10 } as const;

/** A clock on which a sleep ends when the test says so. */
function stillClock(): Clock & { tick(): void } {
  let now = 0;
  const sleeping: (() => void)[] = [];
  return {
    monotonicMs: () => now,
    wallMs: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleeping.push(resolve);
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
    tick() {
      now += 1000;
      for (const wake of sleeping.splice(0)) wake();
    },
  };
}

const ends = (events: readonly Event[]) => events.filter((event) => event.kind === "step-ended");

describe("executeTask", () => {
  it("asks a vote at once and takes what most said", async () => {
    const result = await run("vote:3@a", (step) => ({ value: step === "solve/1" ? "B" : "A" }));
    expect(result).toMatchObject({ state: "answered", answer: "A", correct: 1, degraded: false });
    expect(result.because).toEqual(["solve/0", "solve/2"]);
    expect(result.events.map(({ kind }) => kind)).toEqual([
      ...["task-started", "step-ended", "step-ended", "step-ended", "task-ended"],
    ]);
  });

  it("asks the second stage of a cascade only where the first disagrees", async () => {
    const agreed = await run("cascade@a+b,c", () => ({ value: "A" }));
    expect(agreed.asked).toEqual(["stage-1/0", "stage-1/1"]);
    const torn = await run("cascade@a+b,c", (_, agent) => ({ value: agent === "a" ? "A" : "B" }));
    expect(torn).toMatchObject({ answer: "B", asked: ["stage-1/0", "stage-1/1", "stage-2/0"] });
  });

  const teams = [
    "vote:5@a",
    "vote@a,b,c",
    "ahead:2/7@a",
    "cascade@a+b,c",
    "star:3@leaf=a,reader=b",
    "tree:2x2@leaf=a,reader=b",
    "chain:3@a",
  ];

  it("gives the same answer in whatever order answers arrive, and ends every step once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...teams),
        fc.infiniteStream(fc.constantFrom("A", "B", null)),
        fc.infiniteStream(fc.nat(50)),
        fc.infiniteStream(fc.nat(50)),
        async (team, values, first, second) => {
          const said = new Map<string, string | null>();
          const saidBy = (step: string) => {
            if (!said.has(step)) said.set(step, values.next().value ?? null);
            return said.get(step)!;
          };
          const one = await run(team, (step) => ({ value: saidBy(step), after: first.next().value }));
          const other = await run(team, (step) => ({ value: saidBy(step), after: second.next().value }));
          expect(other.answer).toBe(one.answer);
          for (const { events, asked } of [one, other]) {
            const ended = ends(events).map(({ step }) => step);
            expect(ended.toSorted()).toEqual(asked.toSorted());
            expect(new Set(ended).size).toBe(ended.length);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("hands a reader what the steps it reads have said", async () => {
    const prompts: string[][] = [];
    await run("star:2@leaf=a,reader=b", () => ({ value: "A" }), {
      counter: () => ({
        purchase: (step, told) => {
          prompts.push(told.map(({ text }) => `${step.id}:${text}`));
          return {
            key: step.id,
            task: "t1",
            step: { step: step.id, role: step.role, agent: step.agent, reads: [] },
          } as never;
        },
      }),
    });
    expect(prompts).toEqual([[], [], ["root:A", "root:A"]]);
  });

  it("calls off what the organization no longer wants, and its answer stands", async () => {
    const first: Organization = {
      ...organizationOf(parseTeam("vote:3@a")),
      next: (_params, answered) => {
        const one = [...answered.values()].find((ended) => ended.state === "answered");
        if (one?.state === "answered")
          return { answer: one.answer.value, degraded: false, because: ["solve/1"], verdicts: [] };
        return { ask: [0, 1, 2].map((i): Step => ({ id: `solve/${i}`, role: "solve", agent: "a", reads: [] })) };
      },
    };
    const result = await run("vote:3@a", (step) => ({ value: step, after: step === "solve/1" ? 0 : 9 }), {
      organization: first,
    });
    expect(result).toMatchObject({ answer: "solve/1", degraded: false });
    expect([...result.calledOff]).toEqual([
      ["solve/0", "cancelled"],
      ["solve/2", "cancelled"],
    ]);
    expect(result.steps).toMatchObject({ answered: 1, cancelled: 2 });
  });

  it("takes the first samples that answer where further ones are asked, and calls off the slow", async () => {
    const messages = [{ role: "user", content: "?" }] as const;
    const result = await run(
      "vote:3@a",
      (step) => ({ value: step, ...(step === "solve/1" && { after: Number.POSITIVE_INFINITY }) }),
      {
        counter: () => ({
          purchase: (step) =>
            ({
              key: step.id,
              task: "t1",
              step: { step: step.id, role: step.role, agent: step.agent, reads: [] },
              call: { messages },
            }) as never,
        }),
        furtherSamples: (_, samples) => (samples === 3 ? 2 : 0),
      },
    );
    expect(result.asked).toEqual(["solve/0", "solve/1", "solve/2", "solve/2/further/0", "solve/2/further/1"]);
    expect([...result.calledOff.keys()]).toContain("solve/1");
    expect(result.steps).toMatchObject({ answered: 3, cancelled: 2 });
    expect(result).toMatchObject({ state: "answered", degraded: false });
  });

  it("lets the rest decide where a member fails, and says so", async () => {
    const result = await run("vote@a,b,c", (_, agent) => (agent === "b" ? { state: "failed" } : { value: "A" }));
    expect(result).toMatchObject({ answer: "A", state: "answered", degraded: true });
    expect(result.steps).toMatchObject({ answered: 2, failed: 1 });
  });

  it("asks the fallback of a member that fails; the step ends once", async () => {
    const result = await run("vote@a,b,c", (_, agent) => (agent === "b" ? { state: "failed" } : { value: agent }), {
      fallback: "d",
    });
    expect(result.agents).toEqual(["a", "b", "c", "d"]);
    expect(result).toMatchObject({ degraded: true, steps: { answered: 3 } });
    expect(
      ends(result.events)
        .map(({ step }) => step)
        .toSorted(),
    ).toEqual(["solve/0", "solve/1", "solve/2"]);
  });

  it("stays open where the budget had no room, with the answer of the rest", async () => {
    const result = await run("vote@a,b,c", (_, agent) => (agent === "c" ? { state: "over-budget" } : { value: "A" }));
    expect(result).toMatchObject({ state: "over-budget", answer: "A", degraded: true, scope: "run" });
  });

  it("stops at its deadline: what is in flight fails, nothing new is asked, the rest decides", async () => {
    const result = await run(
      "cascade@a+b,c",
      (step) => ({ value: step, ...(step === "stage-1/1" && { after: Number.POSITIVE_INFINITY }) }),
      { taskTimeoutMs: 5000 },
    );
    expect(result).toMatchObject({ state: "unanswered", answer: null, degraded: true });
    expect(ends(result.events)).toMatchObject([
      { step: "stage-1/0", state: "answered" },
      { step: "stage-1/1", state: "failed" },
      { step: "stage-2/0", state: "failed", reason: "deadline" },
    ]);
  });

  it("finishes what is in flight when it is to pause, and asks nothing new", async () => {
    const result = await run("chain:3@a", () => ({ value: "A" }), {
      during: ({ asked }, { pause }) => asked.length === 2 && pause(),
    });
    expect(result).toMatchObject({ state: "interrupted", asked: ["link/0", "link/1"] });
    expect(result.calledOff.size).toBe(0);
  });

  it("calls off what is in flight when it is to stop, and no step has ended for it", async () => {
    const result = await run("vote:3@a", (step) => ({ value: "A", after: Number(step.at(-1)) }), {
      during: ({ events }, { stop }) => ends(events).length === 1 && stop(),
    });
    expect(result).toMatchObject({ state: "interrupted", answer: null });
    expect([...result.calledOff.values()]).toEqual(["interrupted", "interrupted"]);
    expect(ends(result.events)).toHaveLength(1);
  });

  it("measures the critical path along what each step waited for", async () => {
    const result = await run("star:3@leaf=a,reader=b", (step) => ({ value: "A", after: step === "leaf/1" ? 40 : 0 }));
    expect(result.criticalMs).toBe(50 + 10); // the slowest leaf, then the root
  });
});
