/** The Python of exactly this run: the same file, the same columns, the same settings. */

import { pythonNumber } from "../chapters/python.ts";
import type { ScanOptions, Source } from "./engine.ts";
import { overRows, type State } from "./state.ts";

/** `rate` is the one that was chosen where the state says "automatic". */
export function ownSnippet(
  state: State,
  options: ScanOptions | null,
  rate: number | null,
  /** What the table is called, where its source has no name. */
  name = "data.csv",
): string {
  if (!options || !state.source) return "import kedou as kd\n";
  const given = state.rate ?? rate;
  const over = overRows(state);
  const arguments_ = [
    pythonText(state.rule),
    ...(given === null ? [] : [`learning_rate=${pythonNumber(given)}`]),
    ...(over ? [`loss=${pythonText(over.loss)}`] : []),
    ...(state.batchSize === null
      ? [`steps=${state.steps}`]
      : [`batch_size=${state.batchSize}`, `epochs=${state.epochs}`]),
    `start=${pythonNumber(state.start)}`,
    `intercept=${pythonFlag(state.hasIntercept)}`,
    `standardize=${pythonFlag(state.standardize)}`,
    `ridge=${pythonNumber(state.ridge)}`,
  ];
  const dropped =
    state.off.length > 0
      ? `off = ${pythonList(state.off)}
moments = moments.drop([c.name for c in moments.columns if c.source in off])
`
      : "";
  if (over) {
    const isChosen = state.off.length > 0;
    return `import kedou as kd
${isChosen ? "from kedou.sources.mapped import chosen\n" : ""}
source = kd.open(
    ${sourceText(state.source, name)},
${indented(scanArguments(options))})
run = kd.descend(
    ${isChosen ? `chosen(source, ${pythonList(switchedOn(options, state.off))})` : "source"},
${indented(arguments_)})
${PRINTED}`;
  }
  return `import kedou as kd

moments = kd.scan(
    ${sourceText(state.source, name)},
${indented(scanArguments(options))})
${dropped}run = kd.descend(
    moments,
${indented(arguments_)})
${PRINTED}`;
}

const PRINTED = `print("outcome", run.outcome)
for number, value in enumerate(run.theta[-1]):
    print(f"coefficient-{number}", value)
`;

function indented(arguments_: readonly string[]): string {
  return arguments_.map((each) => `    ${each},\n`).join("");
}

function switchedOn({ features }: ScanOptions, off: readonly string[]): readonly string[] {
  return (features ?? []).filter((name) => !off.includes(name));
}

function scanArguments(options: ScanOptions): string[] {
  const { target, features, categorical, polynomial, dates, weight } = options;
  return [
    `target=${pythonText(target)}`,
    ...(features ? [`features=${pythonList(features)}`] : []),
    ...(categorical ? [`categorical=${pythonList(categorical)}`] : []),
    ...(polynomial ? [`polynomial=${pythonDegrees(polynomial)}`] : []),
    ...(dates ? [`dates=${pythonList(dates)}`] : []),
    ...(weight !== undefined ? [`weight=${pythonText(weight)}`] : []),
  ];
}

function sourceText(source: Source, name: string): string {
  if ("data" in source) return `kd.data.load(${pythonText(source.data)}).path()`;
  if ("path" in source) return pythonText(source.path);
  return pythonText("name" in source ? source.name : name);
}

/** A text as a Python literal: JSON's escapes are Python's, too. */
export function pythonText(text: string): string {
  return JSON.stringify(text);
}

function pythonList(texts: readonly string[]): string {
  return `[${texts.map(pythonText).join(", ")}]`;
}

function pythonDegrees(degrees: Readonly<Record<string, number>>): string {
  const pairs = Object.entries(degrees).map(([name, degree]) => `${pythonText(name)}: ${degree}`);
  return `{${pairs.join(", ")}}`;
}

function pythonFlag(on: boolean): string {
  return on ? "True" : "False";
}
