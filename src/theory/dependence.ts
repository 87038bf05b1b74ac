/** Other laws of dependent votes than the paper's shared vote: beta-binomial and Gaussian copula, by their correlation. */
import { requireBetween, requireInteger, requireInterval } from "./domain.ts";
import { bisect } from "./optimize.ts";
import { integrate } from "./quadrature.ts";
import { normalCdf, normalQuantile } from "./special.ts";

/**
 * Beta-binomial law of the correct votes among `votes`, each correct with probability Θ ~ Beta(p M, (1 − p) M),
 * M = 1/ρ − 1: entry j is P(j correct).
 *
 * @param votes     n ≥ 1
 * @param accuracy  p in [0, 1]
 * @param rho       intra-class (Pearson) correlation, in [0, 1]; 0 is the binomial law, 1 one shared vote
 * @see             §3.2, derived
 */
export function betaBinomial(votes: number, accuracy: number, rho: number): number[] {
  requireInteger({ votes }, 1);
  requireInterval({ accuracy, rho }, 0, 1);
  if (rho === 1 || accuracy === 0 || accuracy === 1)
    return Array.from({ length: votes + 1 }, (_, j) => (j === 0 ? 1 - accuracy : j === votes ? accuracy : 0));
  // Pólya's urn: after i draws, a the correct ones, the next is correct with probability (p (1 − ρ) + ρ a)/(1 − ρ + ρ i).
  // Sums of logarithms stand ρ → 0, where differences of log-gammas would cancel.
  const rising = (start: number) => {
    const sums = [0];
    for (let i = 0; i < votes; i++) sums.push(sums[i]! + Math.log(start * (1 - rho) + rho * i));
    return sums;
  };
  const [correct, wrong, all] = [rising(accuracy), rising(1 - accuracy), rising(1)];
  let logChoose = 0;
  return Array.from({ length: votes + 1 }, (_, j) => {
    if (j > 0) logChoose += Math.log((votes - j + 1) / j);
    return Math.exp(logChoose + correct[j]! + wrong[votes - j]! - all[votes]!);
  });
}

/**
 * P(X ≤ h, Y ≤ k) of a standard bivariate normal with correlation r (Plackett 1954):
 *
 *   Φ(h)Φ(k) + (1/2π) ∫_0^{asin r} exp(−(h² + k² − 2hk sin t)/(2 cos² t)) dt
 *
 * by 48-point Gauss–Legendre. Domain: any h, k; r in [−1, 1].
 */
export function bivariateNormalCdf(h: number, k: number, r: number): number {
  requireInterval({ h, k }, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  requireInterval({ r }, -1, 1);
  if (r === 1) return normalCdf(Math.min(h, k));
  if (r === -1) return Math.max(0, normalCdf(h) - normalCdf(-k));
  if (!Number.isFinite(h) || !Number.isFinite(k))
    return Math.min(normalCdf(h), normalCdf(k)) * Math.max(normalCdf(h), normalCdf(k));
  const [x, y] = [h, k].map((z) => Math.max(-40, Math.min(40, z))) as [number, number]; // Φ is 0 or 1 there: no overflow
  const density = (t: number) => Math.exp(-(x * x + y * y - 2 * x * y * Math.sin(t)) / (2 * Math.cos(t) ** 2));
  const joint = normalCdf(x) * normalCdf(y) + integrate(density, 0, Math.asin(r), 48) / (2 * Math.PI);
  return Math.max(0, normalCdf(x) - normalCdf(-y), Math.min(normalCdf(x), normalCdf(y), joint));
}

/**
 * Pearson correlation of two votes of accuracy p whose latent normal variables have correlation r:
 * φ = (Φ₂(h, h; r) − p²)/(p(1 − p)), h = Φ⁻¹(p); at p = ½, φ = (2/π) asin r.
 *
 * @param accuracy  p in (0, 1)
 * @param latent    r in [−1, 1]
 * @see             §3.2, derived
 */
export function copulaCorrelation(accuracy: number, latent: number): number {
  requireBetween({ accuracy }, 0, 1);
  requireInterval({ latent }, -1, 1);
  if (accuracy === 0.5) return (2 / Math.PI) * Math.asin(latent);
  const rarer = Math.min(accuracy, 1 - accuracy); // φ is the same on both sides
  if (latent === 1) return 1;
  if (latent === -1) return -rarer / (1 - rarer);
  // Φ₂(h, h; r) − p² is Plackett's integral itself, which is smooth for h = k
  const h = normalQuantile(rarer);
  const excess = integrate((t) => Math.exp((-h * h) / (1 + Math.sin(t))), 0, Math.asin(latent), 48) / (2 * Math.PI);
  return Math.max(-rarer / (1 - rarer), Math.min(1, excess / (rarer * (1 - rarer))));
}

/**
 * Latent correlation r that gives votes of accuracy p the Pearson correlation φ (inverse of `copulaCorrelation`).
 *
 * @param accuracy     p in (0, 1)
 * @param correlation  φ from what r = −1 gives (−1 at p = ½) to 1
 * @throws             {DomainError} outside
 */
export function copulaLatent(accuracy: number, correlation: number): number {
  requireBetween({ accuracy }, 0, 1);
  const rarer = Math.min(accuracy, 1 - accuracy);
  requireInterval({ correlation }, -rarer / (1 - rarer), 1);
  if (accuracy === 0.5) return Math.sin((Math.PI / 2) * correlation);
  if (correlation === 0) return 0;
  return bisect((latent) => copulaCorrelation(accuracy, latent) - correlation, -1, 1);
}
