/** What the point of chapter 1 stands on, in words. */

import type { Place } from "../../model/places.ts";
import type { Curve } from "../curves.ts";
import { fixed } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";

export function placeText(curve: Curve, x: number): string {
  if (!Number.isFinite(curve.value(x))) return t("place-no-value");
  const slope = curve.slope(x);
  const near = 1e-9 * (curve.x[1] - curve.x[0]);
  const place = curve.places.find((each) => Math.abs(each.x - x) <= near);
  if (place?.kind === "level") return level(curve, place, near);
  if (place?.kind === "corner") return corner(place);
  if (place?.kind === "end" && place.global !== "neither") {
    return t(place.global === "minimum" ? "place-end-lowest" : "place-end-highest");
  }
  if (!Number.isFinite(slope)) return t(Number.isNaN(slope) ? "place-no-slope" : "place-vertical");
  return t(slope > 0 ? "place-rising" : slope < 0 ? "place-falling" : "place-flat");
}

function level(curve: Curve, place: Place, near: number): string {
  const { local, global } = place;
  if (local === "neither") {
    const rises = curve.value(place.x + 1e5 * near) > place.value;
    return t(rises ? "place-neither" : "place-neither-falling");
  }
  if (global === local) {
    return t(local === "minimum" ? "place-global-min" : "place-global-max");
  }
  const beyond = curve.places.find((each) => each.global === local);
  const where = beyond
    ? t("place-at", { name: curve.variable, x: fixed(beyond.x, 2) })
    : t("place-elsewhere");
  return t(local === "minimum" ? "place-local-min" : "place-local-max", { where });
}

function corner({ local, global }: Place): string {
  if (local === "neither") return t("place-corner");
  const what =
    local === "minimum"
      ? t(global === local ? "turn-global-min" : "turn-local-min")
      : t(global === local ? "turn-global-max" : "turn-local-max");
  return t(local === "minimum" ? "place-corner-min" : "place-corner-max", { what });
}
