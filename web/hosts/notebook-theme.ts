/** Light or dark as the notebook is: each kind of notebook says so in a way of its own. */

/** What JupyterLab, VS Code, Colab and marimo write on the page; null: the system decides. */
function themeOf(document: Document): "light" | "dark" | null {
  const { body, documentElement: html } = document;
  const isLight = body.dataset["jpThemeLight"];
  if (isLight !== undefined) return isLight === "false" ? "dark" : "light";
  const code = body.dataset["vscodeThemeKind"] ?? "";
  if (code !== "") return /dark|contrast$/.test(code) && !/light/.test(code) ? "dark" : "light";
  for (const each of [html, body]) {
    const said = each.getAttribute("theme") ?? each.dataset["theme"] ?? each.className;
    if (/\bdark(-theme)?\b/.test(said)) return "dark";
    if (/\blight(-theme)?\b/.test(said)) return "light";
  }
  return null;
}

export function followTheme(root: HTMLElement): () => void {
  const follow = (): void => {
    const theme = themeOf(document);
    if (theme) root.dataset["theme"] = theme;
    else delete root.dataset["theme"];
  };
  const observer = new MutationObserver(follow);
  for (const each of [document.documentElement, document.body]) {
    observer.observe(each, { attributes: true });
  }
  follow();
  return () => observer.disconnect();
}
