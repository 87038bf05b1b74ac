// Mastra workflows with LibSQL storage: `foreach` over the steps, with a concurrency. It keeps a snapshot per step of the
// workflow, not per item of a `foreach`, holds no budget and reserves nothing.
//
//   FAN_OUT=100: workflows of 100 items, as many at a time as fill what may be in flight; default: of all that may be
import { join } from "node:path";
import { Mastra } from "@mastra/core";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import { LibSQLStore } from "@mastra/libsql";
import { Agent, request } from "undici";
import { z } from "zod";
import { candidate } from "./candidate.ts";

await candidate(async ({ url, steps, inFlight, folder }) => {
  const fanOut = Math.min(Number(process.env["FAN_OUT"] ?? inFlight), steps);
  const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
  const Question = z.object({ step: z.number() });
  const Answer = z.object({ step: z.number(), text: z.string(), tokens: z.number() });
  const ask = createStep({
    id: "ask",
    inputSchema: Question,
    outputSchema: Answer,
    execute: async ({ inputData: { step } }) => {
      const { body } = await request(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": `mastra/${step}` },
        body: JSON.stringify({
          model: "bench",
          max_tokens: 200,
          messages: [{ role: "user", content: `Question ${step}: which of these follows?\nA. one\nB. two\nC. three` }],
        }),
        dispatcher,
      });
      const reply = await body.json();
      return { step, text: reply.choices[0].message.content, tokens: reply.usage.total_tokens };
    },
  });
  const workflow = createWorkflow({ id: "fan-out", inputSchema: z.array(Question), outputSchema: z.array(Answer) })
    .foreach(ask, { concurrency: inFlight })
    .commit();
  const storage = new LibSQLStore({ id: "bench", url: `file:${join(folder, "mastra.db")}` });
  const mastra = new Mastra({ workflows: { fanOut: workflow }, storage, logger: false });
  let next = 0;
  let answered = 0;
  const one = async () => {
    while (next < steps) {
      const items = Array.from({ length: Math.min(fanOut, steps - next) }, (_, i) => ({ step: next + i }));
      next += items.length;
      const run = await mastra.getWorkflow("fanOut").createRun();
      const { status, result, error } = await run.start({ inputData: items });
      if (status !== "success") throw error ?? new Error(status);
      answered += result.length;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(inFlight / fanOut)) }, one));
  await dispatcher.close();
  return answered;
});
