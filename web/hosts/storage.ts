/** What the browser keeps for this learner, and nobody else sees; none where that is forbidden. */

type Name = "language" | "theme" | "solved";

export function kept(name: Name): string | null {
  try {
    return localStorage.getItem(`kedou.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: Name, value: string): void {
  try {
    localStorage.setItem(`kedou.${name}`, value);
  } catch {
    // A browser that keeps nothing still shows the lesson.
  }
}
