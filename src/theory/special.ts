/** Special functions that the theory and the estimators share. */
import { DomainError } from "../errors.ts";
import { requireBetween, requireFinite, requireHalfOpen, requireInterval } from "./domain.ts";

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** φ(z) = exp(−z²/2)/√(2π). Domain: finite z. */
export function normalDensity(z: number): number {
  requireFinite({ z });
  return Math.exp(-0.5 * z * z) / rootTwoPi;
}

// Rational approximations of W. J. Cody, Math. Comp. 23 (1969) 631–637, in the form R's pnorm gives them.
const centerTop = [0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356];
const centerBottom = [1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const middleTop = [
  1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002,
  2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const middleBottom = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097, 34900.95272114598,
  38912.00328609327, 19685.429676859992,
];

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** Φ(z), relative error below 1e-14 down to the underflow at z ≈ −38. Domain: any number, ±∞ included. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) throw new DomainError("z", z, "as a number");
  const distance = Math.abs(z);
  if (distance <= 0.67448975) {
    const square = z * z;
    return 0.5 + (z * polynomial(centerTop, square)) / polynomial(centerBottom, square);
  }
  const below = lowerTail(distance);
  return z < 0 ? below : 1 - below;
}

/** Φ(−distance) for distance > 0.67. */
function lowerTail(distance: number): number {
  if (distance > 40) return 0;
  const coarse = Math.trunc(distance * 16) / 16; // exp(−z²/2) in two factors: z² alone would lose the last digits
  const density = Math.exp(-0.5 * coarse * coarse) * Math.exp(-0.5 * (distance - coarse) * (distance + coarse));
  if (distance < 5.5) return (density * polynomial(middleTop, distance)) / polynomial(middleBottom, distance);
  let fraction = distance; // Laplace's continued fraction of the Mills ratio
  for (let k = 30; k >= 1; k--) fraction = distance + k / fraction;
  return density / (rootTwoPi * fraction);
}

const acklamCenterTop = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const acklamCenterBottom = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const acklamTailTop = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const acklamTailBottom = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/**
 * Φ⁻¹(p): P. J. Acklam's rational start (relative error 1e-9) and two Halley steps (1e-15).
 *
 * @param p  probability in (0, 1)
 */
export function normalQuantile(p: number): number {
  requireBetween({ p }, 0, 1);
  if (p > 0.5) return -normalQuantile(1 - p); // exact: 1 − p has no rounding error for p ≥ 1/2
  let z: number;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    z = polynomial(acklamTailTop, q) / polynomial(acklamTailBottom, q);
  } else {
    const q = p - 0.5;
    z = (q * polynomial(acklamCenterTop, q * q)) / polynomial(acklamCenterBottom, q * q);
  }
  for (let step = 0; step < 2; step++) {
    const newton = (normalCdf(z) - p) * rootTwoPi * Math.exp(0.5 * z * z);
    if (!Number.isFinite(newton)) break; // p below 1e-307: the start is all there is
    z -= newton / (1 + 0.5 * z * newton);
  }
  return z;
}

/**
 * Student-t quantile: exact for one and two degrees of freedom, else the Cornish–Fisher expansion around the normal
 * quantile with four terms (Abramowitz & Stegun 26.7.5); its error is below 1e-3 for df ≥ 5 at usual confidences.
 *
 * @param q   probability in (0, 1)
 * @param df  degrees of freedom ≥ 1
 */
export function studentTQuantile(q: number, df: number): number {
  requireBetween({ q }, 0, 1);
  requireInterval({ df }, 1, Number.MAX_VALUE);
  if (df === 1) return Math.tan(Math.PI * (q - 0.5));
  if (df === 2) return (2 * q - 1) / Math.sqrt(2 * q * (1 - q));
  const z = normalQuantile(q);
  const y = z * z;
  const terms = [
    (z * (y + 1)) / 4,
    (z * ((5 * y + 16) * y + 3)) / 96,
    (z * (((3 * y + 19) * y + 17) * y - 15)) / 384,
    (z * ((((79 * y + 776) * y + 1482) * y - 1920) * y - 945)) / 92160,
  ];
  return terms.reduceRight((sum, term) => (sum + term) / df, 0) + z;
}

/** Coefficients of 1/x, 1/x³ … in Stirling's series: B_{2n}/(2n(2n − 1)), Abramowitz & Stegun 6.1.41. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** Beyond it ln Γ overflows. */
const gammaMax = 1e305;

/** Stirling's series: ln Γ(x) − (x − ½) ln x + x − ln √(2π), for x ≥ 15. */
function stirlingSeries(x: number): number {
  const inverseSquare = 1 / (x * x);
  let series = 0;
  for (let n = stirling.length - 1; n >= 0; n--) series = series * inverseSquare + stirling[n]!;
  return series / x;
}

/** ln Γ(x) for 0 < x ≤ 1e305, absolute error about 1e-15·(1 + |ln Γ|): Stirling's series at x ≥ 15, the recurrence below. */
export function logGamma(x: number): number {
  requireHalfOpen({ x }, 0, gammaMax);
  let shifted = x;
  let product = 1;
  while (shifted < 15) product *= shifted++;
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(rootTwoPi) + stirlingSeries(shifted) - Math.log(product)
  );
}

/** ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), for 0 < a, b ≤ 1e305. */
export function logBeta(a: number, b: number): number {
  requireHalfOpen({ a, b }, 0, gammaMax);
  const [small, large] = a < b ? [a, b] : [b, a];
  if (large < 15) return logGamma(a) + logGamma(b) - logGamma(a + b);
  // ln Γ(large) − ln Γ(large + small): the two are far larger than their difference
  const fall = (large - 0.5) * Math.log1p(small / large) + small * Math.log(large + small) - small;
  return logGamma(small) - fall + stirlingSeries(large) - stirlingSeries(large + small);
}

/** ln C(n, k) = −ln(n + 1) − ln B(n − k + 1, k + 1), for 0 ≤ k ≤ n ≤ 1e304. */
export function logChoose(n: number, k: number): number {
  requireInterval({ n }, 0, 1e304);
  requireInterval({ k }, 0, n);
  return Math.max(0, -Math.log(n + 1) - logBeta(n - k + 1, k + 1));
}
