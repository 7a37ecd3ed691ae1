/**
 * The words of the page: the catalogues that Python reads too, in the language in force. The
 * page's own sentences stand in a file for each chapter, and have names of their own in all of
 * them together.
 */

import validationEn from "../../../src/kedou/assets/texts/en/validation.json";
import descentEn from "../../../src/kedou/assets/texts/en/descent.json";
import kitEn from "../../../src/kedou/assets/texts/en/page.json";
import backwardEn from "../../../src/kedou/assets/texts/en/page_backward.json";
import coverEn from "../../../src/kedou/assets/texts/en/page_cover.json";
import derivativeEn from "../../../src/kedou/assets/texts/en/page_derivative.json";
import forwardEn from "../../../src/kedou/assets/texts/en/page_forward.json";
import layersEn from "../../../src/kedou/assets/texts/en/page_layers.json";
import gradientEn from "../../../src/kedou/assets/texts/en/page_gradient.json";
import learningRateEn from "../../../src/kedou/assets/texts/en/page_learning_rate.json";
import ownDataEn from "../../../src/kedou/assets/texts/en/page_own_data.json";
import lossEn from "../../../src/kedou/assets/texts/en/page_loss.json";
import rulesEn from "../../../src/kedou/assets/texts/en/page_rules.json";
import widgetEn from "../../../src/kedou/assets/texts/en/page_widget.json";
import trainEn from "../../../src/kedou/assets/texts/en/page_train.json";
import ruleErrorsEn from "../../../src/kedou/assets/texts/en/rules.json";
import typedEn from "../../../src/kedou/assets/texts/en/page_typed.json";
import solutionEn from "../../../src/kedou/assets/texts/en/solution.json";
import validationZh from "../../../src/kedou/assets/texts/zh-CN/validation.json";
import descentZh from "../../../src/kedou/assets/texts/zh-CN/descent.json";
import kitZh from "../../../src/kedou/assets/texts/zh-CN/page.json";
import backwardZh from "../../../src/kedou/assets/texts/zh-CN/page_backward.json";
import coverZh from "../../../src/kedou/assets/texts/zh-CN/page_cover.json";
import derivativeZh from "../../../src/kedou/assets/texts/zh-CN/page_derivative.json";
import forwardZh from "../../../src/kedou/assets/texts/zh-CN/page_forward.json";
import layersZh from "../../../src/kedou/assets/texts/zh-CN/page_layers.json";
import gradientZh from "../../../src/kedou/assets/texts/zh-CN/page_gradient.json";
import learningRateZh from "../../../src/kedou/assets/texts/zh-CN/page_learning_rate.json";
import ownDataZh from "../../../src/kedou/assets/texts/zh-CN/page_own_data.json";
import lossZh from "../../../src/kedou/assets/texts/zh-CN/page_loss.json";
import rulesZh from "../../../src/kedou/assets/texts/zh-CN/page_rules.json";
import widgetZh from "../../../src/kedou/assets/texts/zh-CN/page_widget.json";
import trainZh from "../../../src/kedou/assets/texts/zh-CN/page_train.json";
import ruleErrorsZh from "../../../src/kedou/assets/texts/zh-CN/rules.json";
import typedZh from "../../../src/kedou/assets/texts/zh-CN/page_typed.json";
import solutionZh from "../../../src/kedou/assets/texts/zh-CN/solution.json";
import type { Message } from "../../model/message.ts";
import { say, sentence } from "../../model/texts.ts";

export type Language = "en" | "zh-CN";

const english = {
  ...kitEn,
  ...coverEn,
  ...derivativeEn,
  ...forwardEn,
  ...layersEn,
  ...backwardEn,
  ...rulesEn,
  ...learningRateEn,
  ...typedEn,
  ...ownDataEn,
  ...lossEn,
  ...trainEn,
  ...gradientEn,
  ...widgetEn,
};
const chinese: typeof english = {
  ...kitZh,
  ...coverZh,
  ...derivativeZh,
  ...forwardZh,
  ...layersZh,
  ...backwardZh,
  ...rulesZh,
  ...learningRateZh,
  ...typedZh,
  ...ownDataZh,
  ...lossZh,
  ...trainZh,
  ...gradientZh,
  ...widgetZh,
};
export type Key = keyof typeof english;

const CATALOGUES = {
  en: {
    page: english,
    descent: descentEn,
    rules: ruleErrorsEn,
    solution: solutionEn,
    validation: validationEn,
  },
  "zh-CN": {
    page: chinese,
    descent: descentZh,
    rules: ruleErrorsZh,
    solution: solutionZh,
    validation: validationZh,
  },
} as const;
let language: Language = "zh-CN";

export function setLanguage(chosen: Language): void {
  language = chosen;
}

export function currentLanguage(): Language {
  return language;
}

/**
 * A function that speaks, whenever it is called, the language in which it was made. Several
 * chapters in two languages may stand in one notebook; what a frame, a timer, an observer or a
 * promise calls back belongs to one of them.
 */
export function tied<A extends readonly unknown[], R>(
  speak: (...given: A) => R,
): (...given: A) => R {
  const own = language;
  return (...given) => {
    const other = language;
    language = own;
    try {
      return speak(...given);
    } finally {
      language = other;
    }
  };
}

/** The sentence of `key`; values are given as they shall stand there. */
export function t(key: Key, values: Readonly<Record<string, string>> = {}): string {
  return say(`page.${key}`, values, CATALOGUES[language]);
}

/** The sentence of a message of the model: an outcome, an advice, a note. */
export function tell(message: Message): string {
  return sentence(message, CATALOGUES[language]);
}
