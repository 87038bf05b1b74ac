/** How often each answer was given, or was the right one; `undefined` stands for no answer at all. */
export type AnswerCounts = ReadonlyMap<number | undefined, number>;

/**
 * Chance level of a set of tasks: P(right) of an agent that knows nothing and guesses as its wrong answers show.
 *
 *   q_o ∝ W_o/(N − N_o),   chance = Σ_o q_o N_o/N
 *
 * W_o: wrong answers o; N_o of the N answers were asked of tasks whose right answer is o. Where a guess is o with
 * probability q_o whatever the task, W_o is expected in proportion to q_o (N − N_o). Four options guessed evenly give ¼;
 * favorites count as often as they are right; answers that are never right on another task, and no answer, give 0.
 *
 * @returns share in [0, 1], and how many equally likely guesses would agree as often, 1/Σ q_o²; 0 and 0 without a wrong answer
 */
export function guessShare(
  wrong: AnswerCounts,
  asked: AnswerCounts,
): { readonly share: number; readonly options: number } {
  let all = 0;
  for (const count of asked.values()) all += count;
  let [mass, right, squares] = [0, 0, 0];
  for (const [answer, count] of wrong) {
    const own = answer === undefined ? 0 : (asked.get(answer) ?? 0);
    if (own >= all) continue; // right on every task: it cannot have been a wrong answer
    const q = count / (all - own);
    mass += q;
    right += (q * own) / all;
    squares += q * q;
  }
  return mass > 0 ? { share: right / mass, options: (mass * mass) / squares } : { share: 0, options: 0 };
}
