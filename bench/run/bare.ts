// The HTTP client alone: asks, parses, forgets. No ledger, no journal, no budget, nothing survives a crash. What it reaches
// is the most that anything on top of it could reach.
import { Agent, request } from "undici";
import { candidate } from "./candidate.ts";

await candidate(async ({ url, steps, inFlight }) => {
  const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
  let next = 0;
  let answered = 0;
  const one = async (): Promise<void> => {
    while (next < steps) {
      const step = next++;
      const { body } = await request(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": `bare/${step}` },
        body: JSON.stringify({
          model: "bench",
          max_tokens: 200,
          messages: [{ role: "user", content: `Question ${step}: which of these follows?\nA. one\nB. two\nC. three` }],
        }),
        dispatcher,
      });
      const reply = (await body.json()) as { choices: { message: { content: string } }[] };
      if (reply.choices[0]!.message.content.length > 0) answered++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  await dispatcher.close();
  return answered;
});
