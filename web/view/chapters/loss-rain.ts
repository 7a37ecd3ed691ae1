/** The second part of chapter 3: what a forecast of rain costs, whatever came. */

import { Choice } from "../kit/choice.ts";
import { Readout, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { fixed, short } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import { COMPARED, forecastCost, timesAsDear, type Day } from "../forecast.ts";
import { RainPicture } from "../pictures/rain-picture.ts";

export interface Forecast {
  /** In percent. */
  readonly chance: number;
  readonly day: Day;
}

export interface RainOptions {
  readonly forecast: () => Forecast;
  readonly change: (forecast: Partial<Forecast>, how: string | null) => void;
  readonly seal: () => void;
}

const DAYS = ["sun", "rain"] as const;
type Said = "80" | "5";

export class RainPart {
  readonly picture: RainPicture;
  readonly side: HTMLElement;
  readonly dock: HTMLElement;
  readonly extras: HTMLElement;
  #said: Choice<Said>;
  #day: Choice<Day>;
  #slider: Slider;
  #brier = new Readout("brier", 4, "big");
  #log = new Readout("log", 3, "readout middle");
  #brierSum = h("p", { class: "sum-line", "data-kedou": "brier-sum" });
  #logSum = h("p", { class: "sum-line", "data-kedou": "log-sum" });
  #verdict = h("p", { class: "forecast", "data-kedou": "forecast" });
  #times = h("p", { class: "times", "data-kedou": "times" });
  #cells: { chance: number; day: Day; cell: HTMLTableCellElement }[] = [];

  constructor({ forecast, change, seal }: RainOptions) {
    const say = (chance: number, how: string | null): void => change({ chance }, how);
    this.picture = new RainPicture({
      chance: () => forecast().chance,
      say: (chance, how) => say(chance, `chance-${how}`),
      said: seal,
    });
    this.#said = new Choice<Said>({
      name: "said",
      label: t("rain-said"),
      of: (["80", "5"] as const).map((value) => ({
        value,
        label: `${value}%`,
      })),
      value: () =>
        (["80", "5"] as const).find((each) => Number(each) === forecast().chance) ?? null,
      choose: (value) => say(Number(value), null),
    });
    this.#day = new Choice<Day>({
      name: "day",
      label: t("rain-day"),
      of: DAYS.map((value) => ({ value, label: t(`rain-day-${value}`) })),
      value: () => forecast().day,
      choose: (day) => change({ day }, null),
    });
    this.#slider = new Slider({
      name: "chance",
      label: t("axis-chance"),
      low: 0,
      high: 100,
      step: 1,
      decimals: 2,
      value: () => forecast().chance,
      change: (chance) => say(chance, "chance-slider"),
      end: seal,
    });
    const titled = (title: string, choice: HTMLElement): HTMLElement =>
      h("div", { class: "titled" }, h("span", { class: "label" }, title), choice);
    this.dock = h(
      "div",
      { class: "rain-dock" },
      titled(t("rain-said"), this.#said.element),
      titled(t("rain-day"), this.#day.element),
    );
    this.side = h(
      "div",
      { class: "rain-side" },
      h(
        "div",
        { class: "number-block scores" },
        h("span", { class: "label" }, t("rain-brier")),
        this.#brier.element,
        this.#brierSum,
        h("span", { class: "label" }, t("rain-log")),
        this.#log.element,
        this.#logSum,
      ),
      this.#verdict,
      this.#table(),
      this.#times,
    );
    this.extras = this.#slider.element;
  }

  paint({ chance, day }: Forecast): void {
    this.picture.paint({ chance, day });
    const brier = forecastCost("brier", chance, day);
    const log = forecastCost("log", chance, day);
    this.#brier.set(brier, short(brier));
    this.#log.set(log);
    const p = short(chance / 100);
    const came = day === "rain" ? "1" : "0";
    write(this.#brierSum, `(${p} − ${came})² = ${short(brier)}`);
    write(this.#logSum, `${day === "rain" ? `−ln ${p}` : `−ln(1 − ${p})`} = ${fixed(log, 3)}`);
    const { kind, text } = verdict({ chance, day });
    write(this.#verdict, text);
    this.#verdict.setAttribute("data-verdict", kind);
    const [dear, cheap] = day === "sun" ? COMPARED : [COMPARED[1], COMPARED[0]];
    const times = timesAsDear(dear, cheap, day);
    write(
      this.#times,
      t(`rain-times-${day}`, {
        times: short(times, 3),
        dear: short(forecastCost("brier", dear, day)),
        cheap: short(forecastCost("brier", cheap, day)),
      }),
    );
    this.#times.setAttribute("data-value", String(times));
    for (const each of this.#cells) {
      each.cell.classList.toggle("here", each.chance === chance && each.day === day);
    }
    this.#said.paint();
    this.#day.paint();
    this.#slider.paint();
  }

  show(on: boolean): void {
    for (const each of [this.side, this.dock, this.extras]) show(each, on);
  }

  /** The four cases of the lesson side by side. */
  #table(): HTMLElement {
    const rows = COMPARED.map((chance) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, `${chance}%`),
        ...DAYS.map((day) => {
          const brier = forecastCost("brier", chance, day);
          const cell = h(
            "td",
            { "data-kedou": `cost-${chance}-${day}`, "data-value": brier },
            `${short(brier)} `,
            h("span", { class: "muted" }, `(${fixed(forecastCost("log", chance, day), 2)})`),
          );
          this.#cells.push({ chance, day, cell });
          return cell;
        }),
      ),
    );
    return h(
      "table",
      { class: "costs" },
      h("caption", {}, t("rain-table")),
      h(
        "thead",
        {},
        h("tr", {}, h("td"), ...DAYS.map((day) => h("th", { scope: "col" }, t(`rain-day-${day}`)))),
      ),
      h("tbody", {}, ...rows),
    );
  }
}

/** What one day says about a forecast: how much of it was left for what came. */
function verdict({ chance, day }: Forecast): { kind: string; text: string } {
  const rest = day === "rain" ? chance : 100 - chance;
  const values = { chance: short(chance), rest: short(rest) };
  if (rest === 0) return { kind: "certain", text: t("rain-certain") };
  if (rest >= 80) return { kind: "good", text: t(`rain-good-${day}`, values) };
  if (rest > 50) return { kind: "leaning", text: t("rain-leaning", values) };
  if (rest === 50) return { kind: "nothing", text: t("rain-nothing") };
  if (rest > 20) return { kind: "wrong", text: t("rain-wrong", values) };
  return { kind: "dear", text: t("rain-dear", values) };
}
