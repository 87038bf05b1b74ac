import { describe, expect, it } from "vitest";
import type { Attempts } from "../records/attempt.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { isMeasured } from "../theory/interval.ts";
import { calibrate } from "./calibrate.ts";
import { type CalibratedChannel, channelOf } from "./channel.ts";
import { fidelityAt } from "./fidelity.ts";

const truth = { ...scriptedExample, tasks: 300 };
const scripted = scriptedAttempts(truth, 1);
const calibrated = (attempts: Attempts["attempts"]) =>
  calibrate(tabulate({ ...scripted, attempts }, scriptedConfig(truth)), { pairs: false });
const measured = (attempts: Attempts["attempts"]): CalibratedChannel => {
  const channel = channelOf(calibrated(attempts));
  if (!isMeasured<CalibratedChannel>(channel)) throw new Error(channel.notMeasured);
  return channel;
};

describe("the calibrated channel", () => {
  it("keeps of a message what the relay probes tell, and shares errors as groups do", () => {
    const calibration = calibrated(scripted.attempts);
    const channel = channelOf(calibration) as CalibratedChannel;
    if (!isMeasured(calibration.fidelity) || !isMeasured(calibration.rhoWithin)) throw new Error("not measured");
    for (const messageTokens of [8, 64, 500])
      expect(channel.fidelity(messageTokens)).toBe(fidelityAt(calibration.fidelity, messageTokens).value);
    expect(channel.rho).toBe(calibration.rhoWithin.value);
    expect(channel.assumptions).toEqual([]);
    expect(channelOf(calibration)).toBe(channel);
  });

  it("passes whole answers on as endless messages: nothing is lost of them", () => {
    expect(measured(scripted.attempts).fidelity(undefined)).toBe(1);
  });

  it("is not measured without relay probes, and names them", () => {
    const channel = channelOf(calibrated(scripted.attempts.filter(({ received }) => received === undefined)));
    expect(channel).toMatchObject({
      notMeasured: expect.stringMatching(/no message was relayed/),
      probe: expect.stringMatching(/message_tokens, sent and received/),
    });
  });

  it("assumes ρ = 0 where no answers shared a context, and says so", () => {
    const alone = scripted.attempts.map(({ group: _, ...attempt }, sample) => ({ ...attempt, sample }));
    const { rho, assumptions } = measured(alone);
    expect(rho).toBe(0);
    expect(assumptions).toMatchObject([{ status: "assumed", value: "ρ = 0" }]);
    expect(assumptions[0]!.source).toMatch(/every attempt stood alone.*record the field `group`/);
  });

  it("stays in its domain where estimates of few tasks fall outside", () => {
    const calibration = calibrated(scripted.attempts);
    const outside = { value: -0.2, low: -0.4, high: 0.1, confidence: 0.9 };
    const channel = channelOf({ ...calibration, rhoWithin: outside }) as CalibratedChannel;
    expect(channel.rho).toBe(0);
    const flat = [{ messageTokens: 16, fidelity: { value: 0, low: 0, high: 0.1, confidence: 0.9 } }];
    if (!isMeasured(calibration.fidelity)) throw new Error("not measured");
    const lost = channelOf({
      ...calibration,
      fidelity: { ...calibration.fidelity, family: "isotonic", isotonic: flat },
    }) as CalibratedChannel;
    expect(lost.fidelity(8)).toBeGreaterThan(0);
  });
});
