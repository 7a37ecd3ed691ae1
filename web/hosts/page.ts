/** The page: addresses, language, theme, progress, keys. Everything else is the views'. */

import { CHAPTERS, entryOf } from "../view/chapters/index.ts";
import { clear, h, show } from "../view/kit/dom.ts";
import { fragmentOf, sharedIn } from "../view/kit/share.ts";
import { Misshapen } from "../view/kit/shape.ts";
import { setLanguage, t, type Language } from "../view/kit/words.ts";
import { checkState, render, type HostModel, type Mounted } from "../view/mount.ts";
import { openReport, reportText } from "./report.ts";
import { pressed } from "./keys.ts";
import { SocketEngine } from "./socket-engine.ts";
import { LocalModel } from "./local-model.ts";
import { address, askedFor, isElsewhere, writtenIn } from "./place.ts";
import { kept, keep, keepPlace, keptPlace } from "./storage.ts";

const report = reportText();
/** The page's own place; a notebook, which loads this file too, has none. */
const root = document.querySelector<HTMLElement>("body > #kedou");
const main = h("main", { id: "main" });
const bar = h("header", { class: "bar" });
const notice = h("p", { class: "notice", role: "alert", "data-kedou": "notice" });

/** One conversation with the lab for as long as the page is open. */
const engine = document.documentElement.dataset["engine"] === "socket" ? new SocketEngine() : null;

let mounted: Mounted | null = null;
let model: HostModel = new LocalModel({});
let chapter: string | null = null;

function languageOf(query: URLSearchParams): Language {
  const asked = query.get("lang") ?? writtenIn ?? kept("language") ?? navigator.language;
  return /^zh/i.test(asked) ? "zh-CN" : "en";
}

/** The address of this page on the chapter that it shows, even one that has a page of its own. */
function here(language: Language): string {
  if (!isElsewhere(chapter)) return address(chapter, language);
  return `?${new URLSearchParams({ chapter: chapter ?? "cover", lang: language })}`;
}

/** Note where the learner is, before the page or the chapter goes. */
function leave(): void {
  if (chapter && entryOf(chapter)?.lesson.returns) keepPlace(chapter, model.get("state"));
}

function go(to: string, state: unknown = null): void {
  leave();
  history.pushState(null, "", to);
  open(state ?? keptPlaceOf(chapterInAddress()));
}

function chapterInAddress(): string | null {
  return entryOf(askedFor(new URLSearchParams(location.search)))?.lesson.name ?? null;
}

function keptPlaceOf(name: string | null): unknown {
  return name && entryOf(name)?.lesson.returns ? keptPlace(name) : null;
}

/** Show what the address says. */
function open(state: unknown = null): void {
  const query = new URLSearchParams(location.search);
  const language = languageOf(query);
  setLanguage(language);
  document.documentElement.lang = language;
  let trouble = "";
  chapter = chapterInAddress();
  if (askedFor(query) !== "cover" && chapter === null) trouble = t("no-such-chapter");
  try {
    const shared = sharedIn(location.hash);
    if (shared) {
      checkState(shared.chapter, shared.state);
      chapter = shared.chapter === "cover" ? null : shared.chapter;
      state = shared.state;
      history.replaceState(null, "", here(language));
    }
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    trouble = t("damaged-link");
    history.replaceState(null, "", here(language));
  }
  mounted?.destroy();
  model = new LocalModel({ chapter, lang: language, state });
  main.classList.toggle("is-cover", chapter === null);
  document.title = chapter ? `${entryOf(chapter)!.lesson.title()} · Kedou` : t("page-title");
  mounted = render(
    { model, el: main },
    {
      link: (name, shared) =>
        new URL(
          address(name, language) + fragmentOf({ chapter: name, state: shared }),
          location.href,
        ).href,
      solved: (name) => keep("solved", [...new Set([...solvedChapters(), name])].join(" ")),
      next: nextLink(language),
      theme: themeButton(),
      project,
      engine,
    },
  );
  fillBar(language);
  notice.textContent = trouble;
  show(notice, trouble !== "");
  window.scrollTo(0, 0);
}

function solvedChapters(): string[] {
  const names = (kept("solved") ?? "").split(" ");
  return names.filter((name) => entryOf(name) !== undefined);
}

function link(
  label: string,
  name: string | null,
  language: Language,
  more: Record<string, string> = {},
): HTMLAnchorElement {
  return h(
    "a",
    {
      href: address(name, language),
      ...more,
      onclick: (event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || isElsewhere(name)) return;
        event.preventDefault();
        go(address(name, language));
        main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
      },
    },
    label,
  );
}

function nextLink(language: Language): HTMLElement | null {
  const at = CHAPTERS.findIndex(({ lesson }) => lesson.name === chapter);
  const next = CHAPTERS.slice(at + 1).find(({ aside }) => !aside);
  if (!next) return null;
  const label =
    chapter === null ? t("cover-next") : t("next-chapter", { title: next.lesson.title() });
  return link(label, next.lesson.name, language, { class: "button next", "data-kedou": "next" });
}

function fillBar(language: Language): void {
  const other: Language = language === "en" ? "zh-CN" : "en";
  const switcher = h(
    "button",
    {
      type: "button",
      class: "bar-button",
      lang: other,
      "data-kedou": "language",
      onclick: () => {
        keep("language", other);
        go(here(other), model.get("state"));
      },
    },
    other === "en" ? "English" : "中文",
  );
  if (chapter === null) {
    clear(bar, h("span", { class: "brand" }, "Kedou 蝌蚪"), switcher);
    return;
  }
  const solved = solvedChapters();
  const items = CHAPTERS.map(({ number, lesson, aside }) =>
    h(
      "li",
      aside ? { class: "aside" } : {},
      link(
        `${number ?? DIGIT_SPACE}  ${lesson.title()}${remark(aside, lesson.name)}${solved.includes(lesson.name) ? " ✓" : ""}`,
        lesson.name,
        language,
        lesson.name === chapter ? { "aria-current": "page" } : {},
      ),
    ),
  );
  const menu = h(
    "details",
    { class: "menu", "data-kedou": "menu" },
    h("summary", { class: "bar-button" }, t("chapters")),
    h("nav", { "aria-label": t("chapters") }, h("ol", {}, ...items)),
  );
  clear(bar, link("Kedou 蝌蚪", null, language, { class: "brand" }), menu, switcher);
}

/** As wide as a digit: the second part of a chapter stands below the title of the first. */
const DIGIT_SPACE = "\u2007";

/** What the menu adds to a title: a side trail, or a chapter that has to have Python behind it. */
function remark(aside: boolean | undefined, name: string): string {
  if (aside) return ` · ${t("side-trail")}`;
  return name === "own-data" && !engine ? ` · ${t("with-python")}` : "";
}

const THEMES = ["auto", "light", "dark"] as const;

function themeButton(): HTMLElement {
  const root = document.documentElement;
  const now = (): (typeof THEMES)[number] =>
    THEMES.find((each) => each === (kept("theme") ?? "auto")) ?? "auto";
  const label = (): string => t(`theme-${now()}`);
  const element = h(
    "button",
    { type: "button", class: "button plain", "data-kedou": "theme" },
    label(),
  );
  element.addEventListener("click", () => {
    keep("theme", THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length]!);
    applyTheme(root);
    element.textContent = label();
  });
  return element;
}

function applyTheme(root: HTMLElement): void {
  const chosen = kept("theme");
  if (chosen === "light" || chosen === "dark") root.dataset["theme"] = chosen;
  else delete root.dataset["theme"];
}

function project(): void {
  document.documentElement.toggleAttribute("data-projector");
  window.dispatchEvent(new Event("resize"));
}

/** The place to open a page on: where it was left, when the learner comes back to it. */
function placeOnArrival(): unknown {
  const [arrival] = performance.getEntriesByType("navigation");
  const isBack = (arrival as PerformanceNavigationTiming | undefined)?.type !== "navigate";
  return isBack ? keptPlaceOf(chapterInAddress()) : null;
}

function start(place: HTMLElement): void {
  document.documentElement.classList.add("kedou");
  place.replaceChildren(bar, notice, main);
  window.addEventListener("keydown", (event) => {
    if (mounted && pressed(event, mounted, project)) return;
    if (event.key === "Escape") bar.querySelector("details")?.removeAttribute("open");
  });
  window.addEventListener("popstate", () => {
    if (report !== null) return;
    leave();
    open(keptPlaceOf(chapterInAddress()));
  });
  window.addEventListener("pagehide", leave);
  window.addEventListener("hashchange", () => {
    if (report === null && location.hash.startsWith("#state=")) open();
  });
  applyTheme(document.documentElement);
  if (report === null) open(placeOnArrival());
  else {
    // A report is one page: no menu, no other language, and its address leads nowhere else.
    place.replaceChildren(notice, main);
    show(notice, false);
    mounted = openReport(report, main, () => ({ theme: themeButton(), project }));
  }
}

if (root) start(root);
