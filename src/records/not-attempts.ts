/** Public sets that hold no attempts, with the reason: nothing in them says what one agent answered to one task. */
export const notAttempts: readonly { readonly set: string; readonly reason: string }[] = [
  {
    set: "aider-levels",
    reason: "leaderboard totals, one row per run of 225 exercises: pass rates, no answers by task",
  },
  {
    set: "frugalgpt-curves",
    reason: "published curves: accuracy and mean cost of a cascade at many budgets, no tasks",
  },
  { set: "lost-in-the-middle", reason: "published accuracies by position of the needed fact, no tasks" },
  { set: "load-azure-2023", reason: "a load trace: arrival times and token counts of requests, no answers" },
  { set: "load-mooncake", reason: "a load trace: arrival times, token counts and shared prefixes, no answers" },
  { set: "who-and-when", reason: "message logs of failed teams for diagnosis: no run succeeds, no answer is recorded" },
  { set: "moe-trace-a", reason: "routing decisions inside one mixture-of-experts model, token by token, no answers" },
  { set: "licences", reason: "licence texts of the sources" },
];
