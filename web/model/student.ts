/**
 * Student's t distribution, for p-values and intervals.
 *
 *     P(|T| > t) = I_x(nu/2, 1/2),  x = nu / (nu + t^2)
 *
 * with the incomplete beta function I by its continued fraction (Lentz's method; Press et al.,
 * "Numerical Recipes", 6.4).
 */

/** Return the two-sided p-value P(|T| > |t|) with nu > 0 degrees of freedom. */
export function twoSidedP(t: number, nu: number): number {
  const x = nu / (nu + t * t);
  const rest = (t * t) / (nu + t * t);
  return incompleteBeta(nu / 2, 0.5, x, rest);
}

/** Return the t with P(|T| <= t) = level, for level in (0, 1). */
export function tQuantile(level: number, nu: number): number {
  const tail = 1 - level;
  let high = 1;
  while (twoSidedP(high, nu) > tail) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (let i = 0; i < 200; i++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (twoSidedP(middle, nu) > tail) low = middle;
    else high = middle;
  }
  return high;
}

/** Return I_x(a, b) for b = 1/2 (or a = 1/2), with rest = 1 - x given exactly. */
function incompleteBeta(a: number, b: number, x: number, rest: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // x^a (1-x)^b / B(a, b), with B(a, 1/2) = sqrt(pi) Gamma(a) / Gamma(a + 1/2).
  const larger = Math.max(a, b);
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-rest);
  const front = (Math.exp(a * logX + b * Math.log(rest)) * gammaRatio(larger)) / Math.sqrt(Math.PI);
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(a, b, x)) / a;
  return 1 - (front * fraction(b, a, rest)) / b;
}

/** Return Gamma(a + 1/2) / Gamma(a), by its asymptotic series far out and recurrence back. */
function gammaRatio(a: number): number {
  let factor = 1;
  let z = a;
  for (; z < 24; z++) factor *= z / (z + 0.5);
  const s = 1 / (z * z);
  const log = (-1 / 8 + s * (1 / 192 + s * (-1 / 640 + s * (17 / 14336 + s * (-31 / 18432))))) / z;
  return factor * Math.sqrt(z) * Math.exp(log);
}

function fraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 100000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    const change = d * c;
    result *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return result;
}
