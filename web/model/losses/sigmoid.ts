/** The sigmoid, sigma(s) = 1 / (1 + exp(-s)), computed from exp(-|s|), which cannot overflow. */

export function sigmoid(score: number): number {
  const small = Math.exp(-Math.abs(score));
  return (score >= 0 ? 1 : small) / (1 + small);
}

/** The score that stands for a probability: sigma(logit(p)) = p; -infinity at 0, infinity at 1. */
export function logit(p: number): number {
  return Math.log(p) - Math.log1p(-p);
}

/** m = 1 - 2y: the direction of score that makes a row's prediction worse. */
export function away(y: number): number {
  return 1 - 2 * y;
}
