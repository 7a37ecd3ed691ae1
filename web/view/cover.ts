/** The first minute: seven tadpoles, a line, one number, one sentence. */

import { h, put, s, show, write } from "./kit/dom.ts";
import { button, Readout } from "./kit/controls.ts";
import { inNextFrame } from "./kit/frames.ts";
import { Live } from "./kit/live.ts";
import { fixed } from "./kit/numbers.ts";
import { along, Player } from "./kit/player.ts";
import { flag, list, maybe, number, record, whole, type Shape } from "./kit/shape.ts";
import type { Services } from "./kit/stage.ts";
import { Store } from "./kit/store.ts";
import { t, tied } from "./kit/words.ts";
import { bowlOf, lossOf, runOf, TADPOLES } from "./lesson.ts";
import type { HostModel, Mounted } from "./mount.ts";
import { HIGH_W, LinePicture, LOW_W } from "./pictures/line-picture.ts";

interface CoverState {
  readonly w: number;
  /** Where the hand has been, as (w, L) dots in the corner. */
  readonly been: readonly number[];
  readonly letGo: boolean;
  /** The machine's step; null before it tries. */
  readonly step: number | null;
}

export const readCover: Shape<CoverState> = record({
  w: number(LOW_W, HIGH_W),
  been: list(number(LOW_W, HIGH_W), 0, 201),
  letGo: flag,
  step: maybe(whole(0, 7)),
});

export const COVER_FIRST: CoverState = { w: 1.5, been: [1.5], letGo: false, step: null };
const STEPS = 7;
/** How long the machine's line lies at w = 0 before its first step. */
const HOLD_AT_ZERO = 500;
/** A loss so near the machine's is told with as many digits. */
const CLOSE = 0.2;
const BOWL = bowlOf(TADPOLES);
const MACHINE = runOf("gradient-descent", BOWL, 0, 0.03, STEPS);

export function openCover(el: HTMLElement, model: HostModel, services: Services): Mounted {
  const given = model.get("state");
  const store = new Store<CoverState>(given ? readCover(given) : COVER_FIRST);
  const live = new Live();
  const loss = new Readout("loss", 2, "big");
  const machineStep = h("p", { class: "label", "data-kedou": "machine-w" });
  const sentence = h("h1", { class: "cover-sentence", "data-kedou": "sentence" });
  const tryButton = button("machine", t("cover-machine"), () => begin(), "main");
  const compare = h("p", { class: "compare", "data-kedou": "compare" });
  const yours = new Readout("your-loss", 2);
  const machines = new Readout("machine-loss", 3);
  compare.append(t("cover-yours"), yours.element, t("cover-machines"), machines.element);
  const question = h(
    "p",
    { class: "cover-question", "data-kedou": "question" },
    t("cover-question"),
  );
  const next = services.next ?? h("span");

  const shown = (): number => {
    const { step, w } = store.state;
    return step === null ? w : along(MACHINE, player.shown);
  };
  const picture = new LinePicture({
    w: () => store.state.w,
    turn: (w, how) => {
      const been = [...store.state.been];
      const near = Math.round(w * 100) / 100;
      if (!been.includes(near)) been.push(near);
      const letGo = how === "key" ? true : store.state.letGo;
      store.set({ w, been, letGo, step: null }, how === "drag" ? "drag" : "key");
      live.say(t("cover-live", { w: fixed(w, 2), loss: fixed(BOWL.height(w), 2) }));
    },
    turned: () => {
      if (store.state.w !== COVER_FIRST.w) store.set({ letGo: true }, "drag");
      store.seal();
    },
    valueText: (w) => t("cover-live", { w: fixed(w, 2), loss: fixed(BOWL.height(w), 2) }),
    bare: true,
  });
  if (!given) picture.handle?.pulse();
  const inset = new Inset();

  const player = new Player({
    step: () => store.state.step ?? 0,
    last: () => STEPS,
    go: (step) => store.set({ step }, "quiet"),
    paint: () => inNextFrame(paint),
  });
  let waiting: ReturnType<typeof setTimeout>;
  const begin = (): void => {
    store.set({ step: 0 });
    player.follow();
    clearTimeout(waiting);
    waiting = setTimeout(() => player.play(), HOLD_AT_ZERO);
  };

  const paint = tied((): void => {
    const { w, been, letGo, step } = store.state;
    const now = shown();
    const done = step === STEPS && !player.playing;
    const taken = step === null ? [] : MACHINE.slice(0, step + 1);
    picture.paint({
      points: TADPOLES,
      w: now,
      b: 0,
      ghost: step === null ? null : w,
      fan: taken.slice(0, -1),
      hint: step === null && been.length === 1,
    });
    picture.handle?.enable(step === null || done);
    const height = lossOf(TADPOLES, now);
    loss.set(height, step === null ? undefined : fixed(height, 3));
    inset.paint(been, now, taken);
    show(machineStep, step !== null);
    if (step !== null) {
      const values = { step: String(step), w: fixed(MACHINE[step]!, 3) };
      write(machineStep, t("cover-step", values));
      put(machineStep, { "data-value": MACHINE[step]! });
    }
    write(sentence, step === null ? t("cover-turn") : done ? t("cover-done") : t("cover-trying"));
    show(tryButton, letGo && (step === null || done));
    write(tryButton, done ? t("cover-again") : t("cover-machine"));
    tryButton.className = done ? "button quiet" : "button main";
    show(compare, done);
    const own = lossOf(TADPOLES, w);
    // Two digits would round a good eye away.
    yours.set(own, own < CLOSE ? fixed(own, 3) : undefined);
    machines.set(lossOf(TADPOLES, MACHINE[STEPS]!));
    show(question, done);
    show(next, done);
    if (done) live.say(t("cover-question"));
  });
  picture.plot.svg.classList.add("cover-plot");
  const stop = store.subscribe((state) => {
    player.follow();
    inNextFrame(paint);
    model.set("state", state);
    model.save_changes();
  });
  const page = h(
    "article",
    { class: "cover", "data-kedou": "cover" },
    sentence,
    h(
      "div",
      { class: "cover-picture" },
      picture.plot.svg,
      h(
        "div",
        { class: "cover-number" },
        h("span", { class: "label" }, t("loss")),
        loss.element,
        machineStep,
      ),
      inset.element,
    ),
    h(
      "div",
      { class: "cover-below" },
      compare,
      question,
      h("div", { class: "row" }, next, tryButton),
    ),
    live.element,
  );
  el.replaceChildren(page);
  paint();
  return {
    beat: (by) => {
      if (by > 0 && store.state.step === null) {
        if (store.state.letGo) begin();
        else store.set({ w: 0.9, been: [...store.state.been, 0.9], letGo: true });
      } else if (by < 0) store.set(COVER_FIRST);
    },
    undo: () => store.undo(),
    redo: () => store.redo(),
    destroy: () => {
      stop();
      clearTimeout(waiting);
      player.destroy();
      live.stop();
      picture.plot.destroy();
    },
  };
}

/** The corner: what w gave which loss, one dot for every place the hand has been. */
class Inset {
  readonly element: SVGSVGElement;
  #dots = s("g");
  #now = s("circle", { class: "ball", r: 4 });
  #machine = s("path", { class: "zigzag" });
  #steps = s("g");

  constructor() {
    const text = (x: number, y: number, words: string): SVGTextElement =>
      s("text", { class: "title", x, y }, words);
    this.element = s(
      "svg",
      {
        class: "inset",
        viewBox: "0 0 160 120",
        role: "img",
        "aria-label": t("cover-inset"),
        "data-kedou": "trace",
      },
      s("path", { class: "axis", d: "M20,14V100H152" }),
      text(6, 12, "L"),
      text(146, 115, "w"),
      this.#dots,
      this.#machine,
      this.#steps,
      this.#now,
    );
  }

  paint(been: readonly number[], now: number, machine: readonly number[]): void {
    const at = (w: number): { cx: number; cy: number } => ({
      cx: 20 + w * 64,
      cy: Math.max(8, 100 - BOWL.height(w) * 5.9),
    });
    while (this.#dots.childElementCount > been.length) this.#dots.lastChild!.remove();
    for (let i = this.#dots.childElementCount; i < been.length; i++) {
      this.#dots.append(s("circle", { class: "been", r: 2, ...at(been[i]!) }));
    }
    put(this.#now, at(now));
    put(this.#machine, {
      d: machine.map((w, i) => `${i ? "L" : "M"}${at(w).cx},${at(w).cy}`).join(""),
    });
    while (this.#steps.childElementCount > machine.length) this.#steps.lastChild!.remove();
    for (let i = this.#steps.childElementCount; i < machine.length; i++) {
      this.#steps.append(s("circle", { class: "trail-dot", r: 3, ...at(machine[i]!) }));
    }
  }
}
