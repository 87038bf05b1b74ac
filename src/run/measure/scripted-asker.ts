import { memberName } from "../../organizations/cast.ts";
import type { Attempt } from "../../records/attempt.ts";
import { type ScriptedTruth, scriptedColumns, scriptedTasks } from "../../simulate/scripted.ts";
import { difficultyLaw, letterOf, otherAnswer, receivedAnswer } from "../../simulate/scripted-draws.ts";
import { hashText } from "../../theory/random.ts";
import type { AnswerProbe, Asked, Asker, Probe, RelayProbe } from "./probe.ts";

/**
 * A world of stated truth that answers at once: the scripted agents, answer by answer. What a probe is answered depends on
 * the seed and the probe alone, not on what was asked before. Groups, relays and answers follow the laws of the script.
 */
export function scriptedAsker(truth: ScriptedTruth, seed: number): Asker {
  const { options, rhoTask, groups, relays } = truth;
  const tasks = new Map(
    scriptedTasks(truth, seed).map((task) => [task.taskId, { ...task, key: hashText(task.taskId) }]),
  );
  const columns = new Map(
    scriptedColumns(truth).map((column, i) => {
      const law = difficultyLaw(column.accuracy, rhoTask);
      return [column.name, { ...column, law, key: hashText(column.name, hashText(`${seed} ${i}`)) }];
    }),
  );
  const world = hashText(`${seed} ${truth.name}`);

  function answer(probe: AnswerProbe): Attempt {
    const task = tasks.get(probe.task)!;
    const { agent, law, key, answerTokens } = columns.get(memberName(probe))!;
    const { group, sample, level } = probe;
    const right = law.quantile(task.difficulty);
    const groupKey = group === undefined ? 0 : hashText(group);
    const shared = group !== undefined && uniform(key, task.key, groupKey, 1) < groups.rhoWithin;
    const place = shared ? 0 : sample + 1;
    const drawn = (purpose: number) => uniform(key ^ Math.imul(groupKey, 0x9e3779b1), task.key, place, purpose);
    const value = drawn(2) < right ? task.gold : otherAnswer(task.gold, options, () => drawn(3));
    const length = uniform(key, task.key ^ groupKey, sample, 4);
    const tokensOut = Math.round(answerTokens * task.answerLength * (0.8 + 0.4 * length));
    return {
      taskId: probe.task,
      agent: probe.agent,
      sample,
      ...(level !== undefined && { level }),
      ...(group !== undefined && { group }),
      answer: letterOf(value),
      gold: letterOf(task.gold),
      tokensIn: Math.round(agent.promptTokens * task.length),
      tokensOut,
      seconds: Math.round(100 * (0.3 + tokensOut / agent.tokensPerSecond)) / 100,
    };
  }

  function relay({ task, agent, messageTokens, sample }: RelayProbe): Attempt {
    const { key } = tasks.get(task)!;
    const drawn = (purpose: number) => uniform(world, key, sample, 16 * messageTokens + purpose);
    const sent = Math.floor(drawn(5) * relays.options);
    let purpose = 6;
    const received = receivedAnswer(sent, relays.options, messageTokens, relays, () => drawn(purpose++));
    const { promptTokens } = truth.agents.find(({ name }) => name === agent)!;
    return {
      ...{ taskId: task, agent, sample, messageTokens, sent: letterOf(sent), received: letterOf(received) },
      // the sender's prompt and message, the reader's prompt with the message in it and a word in reply
      tokensIn: 2 * promptTokens + messageTokens,
      tokensOut: messageTokens + 4,
    };
  }

  function spentOn({ agent, tokensIn = 0, tokensOut = 0, seconds = 0, received }: Attempt) {
    const { prices } = truth.agents.find(({ name }) => name === agent)!;
    return {
      tokens: tokensIn + tokensOut,
      calls: received === undefined ? 1 : 2,
      usd: (tokensIn * prices.inputPerMillion + tokensOut * prices.outputPerMillion) / 1e6,
      seconds,
    };
  }

  return {
    async ask(probes: readonly Probe[]): Promise<Asked> {
      const attempts = probes.map((probe) => (probe.kind === "answer" ? answer(probe) : relay(probe)));
      const spent = { tokens: 0, calls: 0, usd: 0, seconds: 0 };
      for (const attempt of attempts) {
        const one = spentOn(attempt);
        spent.tokens += one.tokens;
        spent.calls += one.calls;
        spent.usd += one.usd;
        spent.seconds += one.seconds;
      }
      return { attempts, spent, overBudget: false };
    },
  };
}

/** In [0, 1), of four numbers: the finalizer of MurmurHash3 after each. */
function uniform(a: number, b: number, c: number, d: number): number {
  let hash = mixed(a | 0);
  hash = mixed(hash ^ Math.imul(b | 0, 0x85ebca6b));
  hash = mixed(hash ^ Math.imul((c + 0x9e3779b9) | 0, 0xc2b2ae35));
  hash = mixed(hash ^ Math.imul((d + 0x7f4a7c15) | 0, 0x27d4eb2f));
  return (hash >>> 0) / 4294967296;
}

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
