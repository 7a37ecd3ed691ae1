/** What every rule keeps to, one's own among them, and what is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { descend, prepare } from "../model/descend.ts";
import { ModelError } from "../model/errors.ts";
import { momentsOf } from "../model/moments.ts";
import { tadpoles } from "../model/points.ts";
import { functionRule } from "../model/rules/function-rule.ts";
import { RULES, makeRule, ruleFromJson, ruleToJson, withRate } from "../model/rules/registry.ts";
import { cosine, inverseTime } from "../model/rules/schedules.ts";
import { walk } from "../model/walk.ts";

test("every rule survives being written and read, and never changes what it is given", () => {
  for (const [name, { constant }] of Object.entries(RULES)) {
    const rule = makeRule(name, constant === null ? null : 0.03);
    const read = ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(rule))));
    const objective = prepare(momentsOf(tadpoles())).surface;
    const theta = Float64Array.of(1, -1);
    const gradient = Float64Array.of(2, -3);
    const state = rule.init(theta);
    const frozen = JSON.stringify([theta, gradient, state]);
    const [a, after] = rule.update(gradient, state, theta, objective);
    assert.equal(JSON.stringify([theta, gradient, state]), frozen, name);
    const [b] = read.update(gradient, read.init(theta), theta, objective);
    assert.deepEqual(a, b);
    const kept = JSON.stringify(after);
    rule.update(gradient, after, a, objective);
    assert.equal(JSON.stringify(after), kept, name);
    if (constant) assert.equal(withRate(rule, 0.5).constants[constant], 0.5);
  }
  for (const schedule of [inverseTime(0.1, 0.5), cosine(0.1, 10, 0.01)]) {
    const rule = makeRule("adam", schedule);
    const read = ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(rule))));
    assert.deepEqual(ruleToJson(read), ruleToJson(rule));
  }
});

test("a rule of one's own is checked", () => {
  const surface = prepare(momentsOf(tadpoles()), { hasIntercept: false }).surface;
  const from = (own: (theta: Float64Array, gradient: Float64Array) => unknown) =>
    walk(surface, functionRule(own as never, "mine"), Float64Array.of(0), 3);
  const plain = from((theta, gradient) => theta.map((w, j) => w - 0.01 * gradient[j]!));
  const ours = walk(surface, makeRule("gradient-descent", 0.01), Float64Array.of(0), 3);
  assert.deepEqual(plain.theta, ours.theta);
  from((theta, gradient) => theta[0]! - 0.01 * gradient[0]!);
  assert.throws(() => from(() => undefined), { code: "rules.returned-nothing" });
  assert.throws(() => from(() => "fast"), { code: "rules.returned-not-numbers" });
  assert.throws(() => from(() => [1, 2]), { code: "rules.returned-shape" });
  assert.throws(() => from(() => [Number.NaN]), { code: "rules.returned-not-finite" });
  const changing = from((theta, gradient) => {
    theta[0]! -= 0.01 * gradient[0]!;
    return theta;
  });
  assert.deepEqual(changing.theta, ours.theta);
});

test("options that make no sense are refused in a code", () => {
  const moments = momentsOf(tadpoles());
  const refused = (options: object, code: string) =>
    assert.throws(
      () => descend(moments, options),
      (error) => error instanceof ModelError && error.code === code,
    );
  refused({ learningRate: 0 }, "rules.zero");
  refused({ learningRate: Number.NaN }, "rules.not-finite");
  refused({ rule: "adma", learningRate: 1 }, "rules.unknown");
  refused({ rule: "slope", learningRate: 1 }, "rules.rate-not-used");
  refused({ steps: -1 }, "descent.steps-negative");
  refused({ steps: 1.5 }, "descent.steps-type");
  refused({ tolerance: 0 }, "spectrum.tolerance");
  refused({ ridge: -1 }, "solution.ridge-negative");
  refused({ start: [1] }, "spectrum.start-shape");
});
