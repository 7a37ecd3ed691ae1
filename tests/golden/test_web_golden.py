"""The golden files of the page are what the engine computes today: no formula drifts silently.

Compared with the tolerance they are written for, never byte for byte. Where one fails, either a
formula broke, or it was changed on purpose: then ``python -m tests.golden.write``, the same change
under ``web/model``, and a commit of the files on their own that says why.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from golden.quantity import differences, exact, measured
from golden.write import FILES, FOLDER, content


def stored(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_a_golden_file_is_what_the_engine_computes(name: str) -> None:
    fresh = json.loads(json.dumps(content(name), allow_nan=False))
    found = differences(stored(name), fresh, name)
    assert not found, "\n".join(found[:20])


def test_every_file_has_its_writer() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(FILES)


def test_every_case_has_a_name_of_its_own() -> None:
    for name in FILES:
        names = [case["name"] for case in stored(name)["cases"]]
        assert len(set(names)) == len(names), name


def numbers(node: Any) -> list[tuple[float, Any]]:
    """Return every measured number with its scale."""
    if isinstance(node, dict):
        if "value" in node and "scale" in node:
            return flat(node["value"], node["scale"])
        return [pair for part in node.values() for pair in numbers(part)]
    return [pair for part in node for pair in numbers(part)] if isinstance(node, list) else []


def flat(value: Any, scale: Any) -> list[tuple[float, Any]]:
    if not isinstance(value, list):
        return [(value, scale)]
    scales = scale if isinstance(scale, list) else [scale] * len(value)
    return [pair for v, s in zip(value, scales, strict=True) for pair in flat(v, s)]


def test_every_number_is_finite_and_its_scale_is_of_its_kind() -> None:
    for name in FILES:
        for case in stored(name)["cases"]:
            for value, scale in numbers(case.get("expect")):
                assert value is None or math.isfinite(value), case["name"]
                assert scale is None or (math.isfinite(scale) and scale >= 0), case["name"]


def test_outcomes_and_rules_are_all_there() -> None:
    from kedou.descent import Outcome
    from kedou.rules import NAMED

    cases = [*stored("descents")["cases"], *stored("passes")["cases"]]
    outcomes = {case["expect"]["outcome"]["value"] for case in cases}
    # A wrong gradient takes a loss of one's own, which the page does not judge.
    assert outcomes == {str(outcome) for outcome in Outcome} - {"wrong-gradient"}
    rules = {c["rule"] if isinstance(c["rule"], str) else c["rule"]["name"] for c in cases}
    assert rules == set(NAMED)


def test_the_comparison_can_fail() -> None:
    a = {"x": measured([1.0, 2.0], 1.0), "n": exact(3), "in": 1}
    assert not differences(a, {"x": measured([1.0 + 1e-12, 2.0], 5.0), "n": exact(3), "in": 1})
    assert differences(a, {"x": measured([1.0 + 3e-12, 2.0], 1.0), "n": exact(3), "in": 1})
    assert differences(a, {"x": measured([1.0, math.nan], 1.0), "n": exact(3), "in": 1})
    assert differences(a, {"x": measured([1.0], 1.0), "n": exact(3), "in": 1})
    assert differences(a, {"x": measured([1.0, 2.0], 1.0), "n": exact(4), "in": 1})
    assert differences(a, {"x": measured([1.0, 2.0], 1.0), "n": exact(3), "in": 2})
    assert differences(a, {"x": measured([1.0, 2.0], 1.0), "n": exact(3)})
