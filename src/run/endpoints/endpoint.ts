import type { Limits } from "../../records/provider-config.ts";
import type { CallResult, Trouble } from "../call.ts";
import type { Provider } from "../providers/provider.ts";
import { Circuit } from "./circuit.ts";
import type { Latencies } from "./latencies.ts";
import { Pace } from "./pace.ts";
import { Window } from "./window.ts";

/** An upstream as a buyer is given it. */
export interface EndpointOptions {
  readonly provider: Provider;
  readonly limits?: Limits;
  /** By model, where they differ. */
  readonly modelLimits?: Readonly<Record<string, Limits>>;
}

/** A place that one call takes at an endpoint, from its turn until its end. */
export interface Slot {
  readonly endpoint: Endpoint;
  readonly lane: Lane;
  readonly ordinal: number;
  readonly tokens: number;
  /** By the lane's paces, before this call. */
  readonly requestsBefore: number;
  readonly tokensBefore: number;
  /** Number of this start, by which the learned rate knows it. */
  readonly start: number;
  readonly probe: boolean;
  readonly startedAt: number;
  /** Number by which the window knows it. */
  readonly place: number;
}

/** One model at one endpoint. */
export interface Lane {
  readonly model: string;
  readonly requests: Pace;
  readonly tokens: Pace;
  readonly concurrencyMax: number;
  inFlight: number;
  closed: Trouble | undefined;
  /** Used of what was reserved, in tokens: what a call is expected to count at a limit of tokens. */
  usedShare: number;
  readonly latencies: Map<string, Latencies>;
  /** Codes of what was told of it once and need not be told again. */
  readonly told: Set<string>;
}

export type Tell = (code: string, message: string, endpoint: string) => void;

/** Troubles that say that an endpoint does not work, as against one that is busy or was asked nonsense. */
const failures: ReadonlySet<Trouble> = new Set(["server-error", "unreachable", "reset", "timeout", "malformed"]);

/** One endpoint: how many calls may be in flight, when the next one may leave, and whether it works at all. */
export class Endpoint {
  readonly name: string;
  readonly provider: Provider;
  readonly circuit: Circuit = new Circuit();
  readonly window: Window;
  inFlight = 0;
  /** Why no call goes there again. */
  closed: Trouble | "left" | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #pausedBy: Trouble = "throttled";
  #lastTrouble: Trouble = "unreachable";
  #ordinal = 0;
  readonly #options: EndpointOptions;
  readonly #requests: Pace;
  readonly #tokens: Pace;
  readonly #lanes = new Map<string, Lane>();
  readonly #tell: Tell;

  constructor(name: string, options: EndpointOptions, concurrencyMax: number, tell: Tell) {
    this.name = name;
    this.provider = options.provider;
    this.#options = options;
    this.#tell = tell;
    this.window = new Window(Math.min(concurrencyMax, options.limits?.concurrency ?? Number.POSITIVE_INFINITY));
    this.#requests = new Pace(options.limits?.requestsPerMinute, false);
    this.#tokens = new Pace(options.limits?.tokensPerMinute, false);
  }

  lane(model: string): Lane {
    const known = this.#lanes.get(model);
    if (known) return known;
    const limits = this.#options.modelLimits?.[model];
    const lane: Lane = {
      model,
      requests: new Pace(limits?.requestsPerMinute, true),
      tokens: new Pace(limits?.tokensPerMinute, false),
      concurrencyMax: limits?.concurrency ?? Number.POSITIVE_INFINITY,
      inFlight: 0,
      closed: undefined,
      usedShare: 1,
      latencies: new Map(),
      told: new Set(),
    };
    this.#lanes.set(model, lane);
    return lane;
  }

  lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Why nothing can go there for now, though there may be room; undefined: it is in business. */
  blocked(lane: Lane, now: number): { readonly reason: Trouble | "left"; readonly forGood: boolean } | undefined {
    const closed = this.closed ?? lane.closed;
    if (closed) return { reason: closed, forGood: true };
    if (!this.circuit.closed) return { reason: this.#lastTrouble, forGood: false };
    if (this.#pausedUntil > now) return { reason: this.#pausedBy, forGood: false };
    return undefined;
  }

  /** When a call may leave: ≤ now for at once, ∞ for when another call ends. */
  admitsAt(lane: Lane, now: number): number {
    if (this.closed || lane.closed || this.inFlight >= this.window.size || lane.inFlight >= lane.concurrencyMax)
      return Number.POSITIVE_INFINITY;
    return Math.max(
      this.circuit.passesAt(),
      this.#pausedUntil,
      this.#requests.at(now),
      this.#tokens.at(now),
      lane.requests.at(now),
      lane.tokens.at(now),
    );
  }

  /** @param tokensMost  of the reservation */
  take(lane: Lane, tokensMost: number, now: number): Slot {
    const tokens = tokensMost * lane.usedShare;
    const requestsBefore = lane.requests.charged;
    const tokensBefore = lane.tokens.charged;
    this.#requests.charge(1, now);
    this.#tokens.charge(tokens, now);
    const limited = lane.requests.charge(1, now);
    lane.tokens.charge(tokens, now);
    this.inFlight++;
    lane.inFlight++;
    const start = lane.requests.learned!.started(now, limited);
    const probe = this.circuit.pass();
    const ordinal = this.#ordinal++;
    const place = this.window.started(this.inFlight, now);
    return {
      ...{ endpoint: this, lane, ordinal, tokens, requestsBefore, tokensBefore },
      start,
      probe,
      startedAt: now,
      place,
    };
  }

  /** The call did not leave. */
  giveBack(slot: Slot, now: number): void {
    const { lane } = slot;
    this.inFlight--;
    lane.inFlight--;
    lane.requests.learned!.notStarted(slot.start, slot.startedAt);
    for (const pace of [this.#requests, lane.requests]) pace.undo(1, now);
    for (const pace of [this.#tokens, lane.tokens]) pace.undo(slot.tokens, now);
    this.circuit.told(slot.probe);
  }

  /** The call ended. @param tokensMost  of its reservation */
  ended(slot: Slot, result: CallResult, tokensMost: number, now: number): void {
    const { lane } = slot;
    const inFlight = this.inFlight--;
    lane.inFlight--;
    this.#hear(slot, result, now);
    const used = result.tokens ? result.tokens.tokensIn + result.tokens.tokensOut : undefined;
    if (used !== undefined) {
      for (const pace of [this.#tokens, lane.tokens]) pace.giveBack(slot.tokens - used, now);
      if (tokensMost > 0) lane.usedShare += 0.05 * (Math.min(1, used / tokensMost) - lane.usedShare);
    } else if (result.kind === "failed" && result.billing === "free")
      for (const pace of [this.#tokens, lane.tokens]) pace.giveBack(slot.tokens, now);

    if (result.kind === "replied") {
      this.window.answered(inFlight);
      this.#worked(slot, now);
      return;
    }
    const { trouble } = result;
    if (result.retryAfterMs !== undefined && result.retryAfterMs > 0) this.#pause(now + result.retryAfterMs, trouble);
    if (trouble === "aborted") this.circuit.told(slot.probe);
    else if (trouble === "throttled") this.#throttled(slot, result.retryAfterMs, now);
    else if (trouble === "unauthorized" || trouble === "exhausted") {
      this.circuit.told(slot.probe);
      if (!this.closed)
        this.#tell("endpoint-closed", `Endpoint ${this.name} is closed (${trouble}): ${result.message}`, this.name);
      this.closed ??= trouble;
    } else if (trouble === "not-found") {
      this.circuit.told(slot.probe);
      if (!lane.closed)
        this.#tell(
          "endpoint-closed",
          `Endpoint ${this.name} is closed for model ${lane.model} (not-found): ${result.message}`,
          this.name,
        );
      lane.closed ??= trouble;
    } else if (failures.has(trouble)) {
      this.#lastTrouble = trouble;
      if (trouble === "timeout") this.window.timedOut(slot.startedAt, now, inFlight);
      const wasClosed = this.circuit.closed;
      if (this.circuit.failed(slot.probe, now)) {
        this.window.restart();
        if (wasClosed)
          this.#tell("circuit-open", `Endpoint ${this.name} fails (${trouble}): ${result.message}`, this.name);
      }
    } else this.#worked(slot, now); // it read the request and did not like it
  }

  #worked(slot: Slot, now: number): void {
    if (this.circuit.worked(slot.probe, now))
      this.#tell("circuit-closed", `Endpoint ${this.name} works again.`, this.name);
  }

  #throttled(slot: Slot, retryAfterMs: number | undefined, now: number): void {
    this.#worked(slot, now);
    if (this.window.refused(slot.place, now)) return;
    const { lane } = slot;
    const learned = lane.requests.learned!;
    const cuts = learned.cuts;
    const pauseMs = learned.refused(slot.start, slot.startedAt, now, retryAfterMs);
    if (pauseMs > 0 && retryAfterMs === undefined) this.#pause(now + pauseMs, "throttled");
    if (cuts === 0)
      this.#tell(
        "rate-learned",
        `Endpoint ${this.name} refuses calls of ${lane.model}: about ${(learned.perMs() * 60_000).toFixed(0)} a minute from now on.`,
        this.name,
      );
  }

  #pause(until: number, by: Trouble): void {
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#pausedBy = by;
  }

  #hear(slot: Slot, { limits }: CallResult, now: number): void {
    if (!limits) return;
    const { lane, ordinal, startedAt } = slot;
    const requests = { limit: limits.requestsLimit, left: limits.requestsLeft, resetMs: limits.requestsResetMs };
    const tokens = { limit: limits.tokensLimit, left: limits.tokensLeft, resetMs: limits.tokensResetMs };
    lane.requests.stated.observe(requests, ordinal, startedAt, lane.requests.charged - slot.requestsBefore - 1, now);
    lane.tokens.stated.observe(tokens, ordinal, startedAt, lane.tokens.charged - slot.tokensBefore - slot.tokens, now);
  }
}
