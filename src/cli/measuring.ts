// What verbs that measure on endpoints share: their live line, where a run goes, and what Ctrl-C means.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { KnownError } from "../errors.ts";
import { count, money } from "../report/format-number.ts";
import type { LiveMeasureProgress } from "../run/measure/live.ts";
import type { Asking } from "../run/measure/probe.ts";
import type { Context } from "./commands/command.ts";

/** Who may be asked is not said, or said in two ways. Nothing was asked. */
export class BadAgents extends KnownError {
  readonly code = "bad-agents";
  constructor(what: string) {
    super(what, "Name them as in --agents small,large --levels large=low,high.");
  }
}

/** `a,b,c~high` and levels for all of them, or for one: `scout=50,150`. */
export function parseAskings(agents: string, levels: readonly string[] = []): readonly Asking[] {
  const own = new Map<string, string[]>();
  const shared: string[] = [];
  for (const text of levels) {
    const at = text.indexOf("=");
    const list = text
      .slice(at + 1)
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== "");
    if (at > 0) own.set(text.slice(0, at).trim(), list);
    else shared.push(...list);
  }
  const names = agents
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  if (names.length === 0) throw new BadAgents("--agents names nobody.");
  const asked = names.flatMap((name): Asking[] => {
    const tilde = name.lastIndexOf("~");
    if (tilde > 0) return [{ agent: name.slice(0, tilde), level: name.slice(tilde + 1) }];
    const of = own.get(name) ?? shared;
    return of.length === 0 ? [{ agent: name }] : of.map((level) => ({ agent: name, level }));
  });
  for (const name of own.keys())
    if (!names.includes(name)) throw new BadAgents(`--levels names "${name}", which --agents does not.`);
  const texts = asked.map(({ agent, level }) => `${agent}~${level}`);
  return asked.filter((_, i) => texts.indexOf(texts[i]!) === i);
}

const eventEveryMs = 1000;

/** One live line on a terminal, else one JSON event per second. */
export function measureLine({ stderr }: Pick<Context, "stderr">) {
  let last = 0;
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write("\r\u001b[K");
    drawn = false;
  };
  return {
    step({ looks, inFlight, ended, booked, caps, look }: LiveMeasureProgress) {
      const now = Date.now();
      if (now - last < (stderr.isTTY ? 100 : eventEveryMs)) return;
      last = now;
      if (!stderr.isTTY) {
        const advised = look && { advice: look.advice.team, probabilityBetter: look.advice.probabilityBetter };
        stderr.write(
          `${JSON.stringify({ event: "progress", looks, inFlight, done: ended, spent: booked, caps, ...advised })}\n`,
        );
        return;
      }
      const spent =
        caps.nanoUsd === undefined
          ? `${count(booked.tokens)} tokens`
          : `${money(booked.nanoUsd / 1e9)} of ${money(caps.nanoUsd / 1e9)}`;
      const share = caps.tokens === undefined ? "" : ` of ${count(caps.tokens)}`;
      const text = [`look ${looks + 1}`, `${count(ended)} calls`, `${count(inFlight)} in flight`, `${spent}${share}`];
      stderr.write(`\r\u001b[K${text.join(" · ").slice(0, 79)}`);
      drawn = true;
    },
    note(code: string, message: string) {
      clear();
      stderr.write(stderr.isTTY ? `! ${message}\n` : `${JSON.stringify({ event: "note", code, message })}\n`);
    },
    end: clear,
  };
}

/** A directory that is not there yet, named by the minute. */
export function freshDirectory(cwd: string, kind = ""): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  for (let number = 0; ; number++) {
    const name = `runs/${kind}${stamp}${number === 0 ? "" : `-${number}`}`;
    if (!existsSync(resolve(cwd, name))) return name;
  }
}

/** What a user's Ctrl-C becomes. */
export interface StopSignals {
  readonly pause: AbortSignal;
  readonly stop: AbortSignal;
  end(): void;
}

/** Ctrl-C once finishes what is in flight, twice stops at once. */
export function stopSignals({ signals, stderr }: Context): StopSignals {
  const [pause, stop] = [new AbortController(), new AbortController()];
  const interrupt = () => {
    if (pause.signal.aborted) stop.abort("interrupted");
    else {
      pause.abort("interrupted");
      if (stderr.isTTY) stderr.write("\nfinishing what is in flight; once more stops at once\n");
    }
  };
  const off = [signals?.on("SIGINT", interrupt), signals?.on("SIGTERM", interrupt)];
  return {
    pause: pause.signal,
    stop: stop.signal,
    end() {
      for (const one of off) one?.();
    },
  };
}
