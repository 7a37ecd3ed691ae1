/** The controls of chapter 4 that are not at rest: activations, widths, rows, rate. */

import { button, Slider } from "../../kit/controls.ts";
import { focusedBy, h, show } from "../../kit/dom.ts";
import type { Stage } from "../../kit/stage.ts";
import { t } from "../../kit/words.ts";
import { TADPOLES } from "../../lesson.ts";
import {
  ACTIVATIONS,
  hiddenOf,
  MOST_UNITS,
  randomised,
  resized,
  type LayerNumbers,
} from "../../networks.ts";
import { layersNow } from "./now.ts";
import { countEdges, FIRST, last, RATES, WIDER, type State } from "./state.ts";

export class Controls {
  /** Which network, and whose loss. */
  readonly networks: HTMLElement;
  readonly activations = h("div", { class: "activations" });
  readonly rate: Slider;
  /** Behind "more". */
  readonly extras: readonly HTMLElement[];
  #stage: Stage<State>;
  #wider: HTMLButtonElement;
  #chain: HTMLButtonElement;
  #all: HTMLButtonElement;
  #free: HTMLButtonElement;
  #sliders: readonly Slider[];

  constructor(stage: Stage<State>) {
    this.#stage = stage;
    const { store } = stage;
    this.#wider = button("wider", t("layers-wider"), () => this.#set(WIDER));
    this.#chain = button("chain", t("layers-chain"), () =>
      this.#set({ ...FIRST, loose: true, guess: stage.state.guess }),
    );
    this.#all = button("all-tadpoles", t("layers-all"), () =>
      this.#restart({ all: !stage.state.all, layers: layersNow(stage.state) }),
    );
    this.networks = h("div", { class: "row" }, this.#wider, this.#all, this.#chain);
    this.rate = new Slider({
      name: "rate",
      label: t("learning-rate"),
      low: RATES[0],
      high: RATES[1],
      step: 0.001,
      decimals: 4,
      log: true,
      value: () => stage.state.rate,
      change: (rate) => {
        const { state } = stage;
        const end = last({ ...state, rate });
        const step = state.run === "descent" ? Math.min(state.step, end) : state.step;
        store.set({ rate, step }, "rate");
      },
      end: () => store.seal(),
    });
    this.#free = button("free", t("layers-free"), () => store.set({ loose: !stage.state.loose }));
    const random = button("random-weights", t("layers-random"), () =>
      this.#restart({ layers: randomised(stage.state.layers), loose: true }),
    );
    const tadpole = new Slider({
      name: "tadpole",
      label: t("layers-tadpole"),
      low: 1,
      high: TADPOLES.length,
      step: 1,
      decimals: 0,
      value: () => stage.state.tadpole + 1,
      change: (value) => this.pick(Math.round(value) - 1, "tadpole"),
      end: () => store.seal(),
    });
    this.#sliders = [this.#units(0), this.#units(1), tadpole];
    this.extras = [
      h("div", { class: "row" }, this.#free, random),
      ...this.#sliders.map(({ element }) => element),
    ];
  }

  /** Put a tadpole into the network, which keeps what it has learnt from another. */
  pick(tadpole: number, how: string | null = null): void {
    const { state } = this.#stage;
    const isPass = state.run === "pass";
    this.#set(
      { tadpole, pinch: null, ...(isPass ? { layers: layersNow(state), trained: 0 } : {}) },
      how,
    );
  }

  paint(state: State): void {
    const isGuessing = state.guess.stage === "open";
    const isFresh =
      state.run === "pass" && state.step === 0 && !state.loose && state.pinch === null;
    const isChain = countEdges(state.layers) === 2;
    const focused = focusedBy(this.#wider);
    show(this.#wider, !isFresh && !isGuessing && isChain);
    show(this.#chain, !isChain);
    if (!isChain && focused === this.#wider) this.#chain.focus();
    if (isChain && focused === this.#chain) this.#wider.focus();
    show(this.#all, state.loose);
    this.#all.setAttribute("aria-pressed", String(state.all));
    this.#free.setAttribute("aria-pressed", String(state.loose));
    show(this.rate.element, state.run === "descent");
    this.rate.paint();
    this.#paintActivations(state);
    show(this.activations, state.loose);
    for (const each of this.#sliders) each.paint();
  }

  #set(patch: Partial<State>, how: string | null = null): void {
    this.#stage.player?.pause();
    this.#stage.store.set(patch, how);
  }

  /** Change the network: no step has been taken with it, and nothing is pinched. */
  #restart(patch: Partial<State>, how: string | null = null): void {
    this.#set({ step: 0, trained: 0, pinch: null, ...patch }, how);
  }

  #units(which: 0 | 1): Slider {
    const stage = this.#stage;
    return new Slider({
      name: `hidden-${which + 1}`,
      label: t(which === 0 ? "layers-hidden-1" : "layers-hidden-2"),
      low: which === 0 ? 1 : 0,
      high: MOST_UNITS,
      step: 1,
      decimals: 0,
      value: () => hiddenOf(stage.state.layers)[which] ?? 0,
      change: (value) => {
        const hidden = [...hiddenOf(stage.state.layers)];
        hidden[which] = Math.round(value);
        const widths = hidden.filter((units) => units > 0);
        this.#restart(
          { layers: resized(layersNow(stage.state), widths), chosen: null, loose: true },
          `hidden-${which}`,
        );
      },
      end: () => stage.store.seal(),
    });
  }

  /** One choice of activation for each layer that has one. */
  #paintActivations({ layers }: State): void {
    const element = this.activations;
    if (element.childElementCount !== layers.length + 1) {
      const rows = layers.map((_, l) => {
        const isOutput = l === layers.length - 1;
        const name = isOutput ? t("layer-output") : t("layers-hidden", { n: String(l + 1) });
        const select = h(
          "select",
          {
            class: "field wide-field",
            "data-kedou": `activation-${l + 1}`,
            onchange: () => this.#activate(l, select.value),
          },
          ...ACTIVATIONS.map((each) => h("option", { value: each }, t(`activation-${each}`))),
        );
        return h("label", { class: "activation" }, h("span", {}, name), select);
      });
      element.replaceChildren(h("p", { class: "label" }, t("layers-activation")), ...rows);
    }
    layers.forEach(({ activation }, l) => {
      element.children[l + 1]!.querySelector("select")!.value = activation;
    });
  }

  #activate(layer: number, name: string): void {
    const activation = ACTIVATIONS.find((each) => each === name)!;
    const now: readonly LayerNumbers[] = layersNow(this.#stage.state);
    this.#restart({ layers: now.map((each, l) => (l === layer ? { ...each, activation } : each)) });
  }
}
