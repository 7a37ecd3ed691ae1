/**
 * What an update rule is: `init(theta)` and `update(gradient, state, theta, objective)`.
 *
 *     theta_{t+1}, state_{t+1} = update(gradient(theta_t), state_t, theta_t, objective)
 *
 * A rule is a value that holds its constants; what it remembers from step to step is its state,
 * which goes in and comes out and is never changed in place.
 */

import type { Vector } from "../linear/matrix.ts";
import type { Surface } from "../surface.ts";
import type { Rate } from "./schedules.ts";

export type Objective = Pick<Surface, "value" | "gradient" | "curvature">;

/** The new theta and the new state. */
export type Update<State> = readonly [Vector, State];

// The state's type is the rule's own business; whoever walks only hands it back.
export interface Rule<State = any> {
  /** Its name in the table of rules; null for a learner's own. */
  readonly name: string | null;
  /** What a learner's own rule is called. */
  readonly own?: string;
  /** The name of the one constant that sets the size of a step, or null. */
  readonly constant: "learning_rate" | "c" | null;
  /** All constants by name, as Python writes them. */
  readonly constants: Readonly<Record<string, Rate>>;
  init(theta: Vector): State;
  update(gradient: Vector, state: State, theta: Vector, objective: Objective): Update<State>;
}
