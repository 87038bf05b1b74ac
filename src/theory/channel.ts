/** What becomes of messages that agents read: the paper's channel, as the organizations with readers use it. */
export interface Channel {
  /** γ in (0, 1] of messages of at most this many tokens; undefined: whole answers. */
  readonly fidelity: (messageTokens: number | undefined) => number;
  /** ρ_within in [0, 1]: probability that all messages into one node are copies of one. */
  readonly rho: number;
  /** σ² ≥ 0 that a number gains on its way in such a message. Absent: not known, then nobody can pass numbers on. */
  readonly variance?: (messageTokens: number | undefined) => number;
}
