"""A small curve of the loss, drawn with the eighths of a block, or with ``#`` where there are none.

The steps run from left to right, evenly, or by powers of ten where nearly all of the way was gone
in the first tenth; a cell that stands for several steps shows the largest loss among them. Heights
are the losses themselves; where they span more than a factor of a hundred, their logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kedou.cli.layout import number
from kedou.readable import cells, pad
from kedou.texts import say

BLOCKS = " ▁▂▃▄▅▆▇█"
PLAIN = "  ...:::#"
HEIGHT = 5


def curve(
    steps: Sequence[int], loss: Sequence[float], width: int, blocks: bool = True
) -> list[str]:
    """Draw the loss against the steps.

    Parameters
    ----------
    steps, loss : sequences of the same length
        Recorded steps, ascending from 0, and the loss at each.
    width : int
        Cells there are.
    blocks : bool
        Whether the console shows blocks.

    Returns
    -------
    list of str
        Lines without colours; none where there is nothing to draw (fewer than two steps).

    >>> for line in curve([0, 1, 2, 3], [8.0, 4.0, 2.0, 1.0], 16): print(line)
    8 │██
      │██
      │██▄▄
      │████▂▂
    0 │██████▅▅
      └────────
       0     3
    """
    if len(steps) < 2 or not all(math.isfinite(value) and value >= 0 for value in loss):
        return []
    top, least = max(loss), min(loss)
    if top == 0:
        return []
    logarithmic = least > 0 and top / least > 100
    bottom = least if logarithmic else 0.0
    labels = [number(top, 4), number(bottom, 4)]
    size = max(map(cells, labels))
    room = max(min(width - size - 2, 60), 8)
    early = _arrives_early(steps, loss)
    places = _places(int(steps[-1]), room, early)
    heights = [_height(value, bottom, top, logarithmic) for value in _largest(steps, loss, places)]
    wide = 2 if room >= 2 * len(heights) else 1
    glyphs, edge, corner, floor = (BLOCKS, "│", "└", "─") if blocks else (PLAIN, "|", "+", "-")
    lines = []
    for row in reversed(range(HEIGHT)):
        label = labels[0] if row == HEIGHT - 1 else labels[1] if row == 0 else ""
        cells_of_row = [glyphs[min(max(height - 8 * row, 0), 8)] * wide for height in heights]
        lines.append(f"{pad(label, size, right=True)} {edge}{''.join(cells_of_row)}".rstrip())
    drawn = wide * len(heights)
    lines.append(" " * (size + 1) + corner + floor * drawn)
    lines.append(" " * (size + 2) + _axis(places, drawn, wide))
    code = {(True, True): "both", (True, False): "steps", (False, True): "loss"}
    if (early, logarithmic) in code:
        lines.append(" " * (size + 2) + say(f"cli.curve-{code[early, logarithmic]}-log"))
    return lines


def _arrives_early(steps: Sequence[int], loss: Sequence[float]) -> bool:
    """Say whether nine tenths of the way lie in the first tenth of the steps."""
    last = int(steps[-1])
    if last < 20:
        return False
    way = abs(loss[-1] - loss[0])
    gone = abs(loss[_record_at(steps, last // 10)] - loss[0])
    return gone >= 0.9 * way > 0.45 * (max(loss) - min(loss))


def _places(last: int, room: int, early: bool) -> list[int]:
    """Return the steps that are drawn, one for each cell."""
    if last + 1 <= room:
        return list(range(last + 1))
    if not early:
        return [round(last * i / (room - 1)) for i in range(room)]
    places = [0, 1]
    while len(places) < room:
        left = room - len(places)
        ratio = (last / places[-1]) ** (1 / left)
        before, place = places[-1], min(max(places[-1] + 1, round(places[-1] * ratio)), last)
        power = 10 ** (len(str(place)) - 1)
        places.append(power if before < power < place else place)
        if places[-1] == last:
            break
    return places


def _largest(steps: Sequence[int], loss: Sequence[float], places: Sequence[int]) -> list[float]:
    """Return the largest loss from each place to the next."""
    first = [_record_at(steps, place) for place in places]
    following = [*first[1:], len(steps)]
    return [max(loss[i : max(j, i + 1)]) for i, j in zip(first, following, strict=True)]


def _record_at(steps: Sequence[int], place: int) -> int:
    """Return the number of the last record not after a step."""
    from bisect import bisect_right

    return bisect_right(steps, place) - 1


def _height(value: float, bottom: float, top: float, logarithmic: bool) -> int:
    """Return the height of a loss in eighths of a line."""
    share = math.log(value / bottom) / math.log(top / bottom) if logarithmic else value / top
    return max(round(8 * HEIGHT * share), 1 if value > 0 else 0)


def _axis(places: Sequence[int], drawn: int, wide: int) -> str:
    """Write the first and the last step, and the powers of ten that stand alone in between."""
    powers = [i for i, place in enumerate(places) if place >= 10 and _is_power_of_ten(place)]
    line = [" "] * drawn
    taken: list[tuple[int, int]] = []
    for position in [0, len(places) - 1, *powers]:
        text = f"{places[position]:,}"
        at = min(position * wide, drawn - len(text))
        if at >= 0 and all(at > end or at + len(text) < begin for begin, end in taken):
            line[at : at + len(text)] = text
            taken.append((at, at + len(text)))
    return "".join(line).rstrip()


def _is_power_of_ten(value: int) -> bool:
    return str(value).strip("0") == "1"
