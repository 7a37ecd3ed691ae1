/** The expression library, of which only what is used here is made, and only when it is used. */

import {
  addDependencies,
  create,
  derivativeDependencies,
  divideDependencies,
  multiplyDependencies,
  parseDependencies,
  powDependencies,
  simplifyDependencies,
  subtractDependencies,
  unaryMinusDependencies,
  type MathJsInstance,
  type MathNode,
} from "mathjs/number";

export type { MathNode };

type Library = Pick<MathJsInstance, "parse" | "derivative" | "simplify">;

let made: Library | null = null;

/** Reading, deriving, tidying; the arithmetic is for the constants that these fold. */
export function library(): Library {
  made ??= create({
    addDependencies,
    derivativeDependencies,
    divideDependencies,
    multiplyDependencies,
    parseDependencies,
    powDependencies,
    simplifyDependencies,
    subtractDependencies,
    unaryMinusDependencies,
  }) as Library;
  return made;
}
