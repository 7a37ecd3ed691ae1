/**
 * Student's t distribution, for p-values and intervals.
 *
 *     P(|T| > t) = I_x(nu/2, 1/2),  x = nu / (nu + t^2)
 *
 * with the incomplete beta function I by its continued fraction (Lentz's method; Press et al.,
 * "Numerical Recipes", 6.4). From nu = 30 on, where x is so near 1 that its rounding would show,
 * the density is integrated instead,
 *
 *     f(t) = Gamma((nu + 1)/2) / (Gamma(nu/2) sqrt(nu pi)) (1 + t^2/nu)^(-(nu + 1)/2)
 *
 * by the double exponential rule (Takahasi & Mori 1974).
 */

const MANY = 30;

/** Return the two-sided p-value P(|T| > |t|) with nu > 0 degrees of freedom. */
export function twoSidedP(t: number, nu: number): number {
  if (nu >= MANY) return 2 * upperTail(Math.abs(t), nu);
  const x = nu / (nu + t * t);
  const rest = (t * t) / (nu + t * t);
  return incompleteBeta(nu / 2, x, rest);
}

/** Integrate the density from t on: u = exp(pi/2 sinh tau), equal steps of tau. */
function upperTail(t: number, nu: number): number {
  const front = gammaRatio(nu / 2) / Math.sqrt(nu * Math.PI);
  const h = 1 / 32;
  let sum = 0;
  for (let i = -4 / h; i <= 3 / h; i++) {
    const tau = i * h;
    const u = Math.exp((Math.PI / 2) * Math.sinh(tau));
    const s = t + u;
    const density = Math.exp((-(nu + 1) / 2) * Math.log1p((s * s) / nu));
    sum += density * u * Math.cosh(tau);
  }
  return front * sum * h * (Math.PI / 2);
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

/** Return I_x(a, 1/2), with rest = 1 - x given exactly. */
function incompleteBeta(a: number, x: number, rest: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // x^a (1-x)^(1/2) / B(a, 1/2), with B(a, 1/2) = sqrt(pi) Gamma(a) / Gamma(a + 1/2).
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-rest);
  const front = (Math.exp(a * logX) * Math.sqrt(rest) * gammaRatio(a)) / Math.sqrt(Math.PI);
  if (x < (a + 1) / (a + 2.5)) return (front * fraction(a, 0.5, x)) / a;
  return 1 - (front * fraction(0.5, a, rest)) / 0.5;
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
