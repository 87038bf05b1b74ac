// What a run tells while it works: one live line on a terminal, else one JSON event per line and second.
import { count, decimal, money, percent } from "../report/format-number.ts";
import type { Progress } from "../run/run.ts";
import type { Context } from "./commands/command.ts";

const eventEveryMs = 1000;

export interface RunLine {
  readonly step: (progress: Progress) => void;
  readonly note: (code: string, message: string) => void;
  end(): void;
}

export function runLine({ stderr }: Pick<Context, "stderr">): RunLine {
  let last = 0;
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write("\r\u001b[K");
    drawn = false;
  };
  return {
    step(progress) {
      const { done, tasks, inFlight, spent, held, caps, stepsPerSecond, secondsLeft } = progress;
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${lineOf(progress)}`);
        drawn = true;
        return;
      }
      const now = Date.now();
      if (now - last < eventEveryMs && done < tasks) return;
      last = now;
      const left = secondsLeft === undefined ? {} : { secondsLeft: Math.round(secondsLeft) };
      const rate = { stepsPerSecond: Number(stepsPerSecond.toFixed(1)) };
      stderr.write(
        `${JSON.stringify({ event: "progress", done, tasks, inFlight, spent, held, caps, ...rate, ...left })}\n`,
      );
    },
    note(code, message) {
      if (stderr.isTTY) {
        clear();
        stderr.write(`! ${message}\n`);
      } else stderr.write(`${JSON.stringify({ event: "note", code, message })}\n`);
    },
    end: clear,
  };
}

/** "812/1,000 tasks · 64 in flight · $0.41 of $5.00 · 71 steps/s · 12 s left", 80 columns at most. */
export function lineOf({ done, tasks, inFlight, spent, caps, stepsPerSecond, secondsLeft }: Progress): string {
  const ofMoney =
    caps.nanoUsd !== undefined
      ? `${money(spent.nanoUsd / 1e9)} of ${money(caps.nanoUsd / 1e9)}`
      : caps.tokens !== undefined
        ? `${count(spent.tokens)} tokens, ${percent(spent.tokens / caps.tokens)} of budget`
        : caps.calls !== undefined
          ? `${count(spent.calls)} of ${count(caps.calls)} calls`
          : `${count(spent.tokens)} tokens`;
  return [
    `${count(done)}/${count(tasks)} tasks`,
    `${count(inFlight)} in flight`,
    ofMoney,
    `${decimal(stepsPerSecond, stepsPerSecond < 10 ? 1 : 0)} steps/s`,
    ...(secondsLeft !== undefined && done < tasks ? [`${timeText(secondsLeft)} left`] : []),
  ]
    .join(" · ")
    .replaceAll("\u202f", " ")
    .slice(0, 79);
}

/** "45 s", "12 min", "3.5 h". */
export function timeText(seconds: number): string {
  if (seconds < 90) return `${decimal(seconds, seconds < 9.95 ? 1 : 0)} s`;
  return seconds < 5400 ? `${decimal(seconds / 60, 0)} min` : `${decimal(seconds / 3600, 1)} h`;
}
