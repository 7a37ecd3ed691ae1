"""Every word of a message is checked before anything is done with it."""

import json
from typing import Any

import pytest

from kedou.lab.checks import (
    MOST_FEATURES,
    MOST_ID,
    MOST_NAME,
    MOST_NAMES,
    MOST_POINTS,
    MOST_STEPS,
)
from kedou.lab.messages import Ask, BadMessageError, read
from kedou.lab.vocabulary import FORMS

WRONG: list[tuple[str, str, str | None]] = [
    ("", "malformed", None),
    ("{", "malformed", None),
    ("{'type': 'hello'}", "malformed", None),
    ('{"type": "hello"} x', "malformed", None),
    ('{"type": "hello", "type": "hello"}', "malformed", None),
    ('{"type": "hello", "id": NaN}', "malformed", None),
    ('{"type": "descend", "points": [[1, Infinity]]}', "malformed", None),
    ("[" * 100_000, "malformed", None),
    ('{"a":' * 100_000, "malformed", None),
    ('{"type": "hello", "id": ' + "9" * 5000 + "}", "malformed", None),
    ("[]", "not-object", None),
    ("null", "not-object", None),
    ('"hello"', "not-object", None),
    ("{}", "type", None),
    ('{"type": 1}', "type", None),
    ('{"type": ["hello"]}', "type", None),
    ('{"type": "eval"}', "type", None),
    ('{"type": "__class__"}', "type", None),
    ('{"type": "hello", "id": -1}', "field", "id"),
    ('{"type": "hello", "id": 1.0}', "field", "id"),
    ('{"type": "hello", "id": true}', "field", "id"),
    ('{"type": "hello", "id": "1"}', "field", "id"),
    ('{"type": "hello", "id": 1e400}', "field", "id"),
    (f'{{"type": "hello", "id": {MOST_ID + 1}}}', "field", "id"),
    ('{"type": "hello", "language": 1}', "field", "language"),
    ('{"type": "hello", "token": "x"}', "field-unknown", "token"),
    ('{"type": "describe", "data": ""}', "field", "data"),
    ('{"type": "describe", "data": ["tadpoles"]}', "field", "data"),
    ('{"type": "descend"}', "data-or-points", None),
    ('{"type": "descend", "data": "tadpoles", "points": [[1, 2]]}', "data-or-points", None),
    ('{"type": "\\ud800"}', "type", None),
    ('{"type": "open"}', "field-missing", "source"),
    ('{"type": "look"}', "field-missing", "table"),
    ('{"type": "scan", "table": "t1"}', "field-missing", "target"),
    ('{"type": "cancel"}', "field-missing", "job"),
    ('{"type": "run"}', "field-missing", "scan"),
    ('{"type": "passes", "scan": "s1"}', "field-missing", "loss"),
    ('{"type": "predict", "scan": "s1"}', "field-missing", "row"),
    ('{"type": "save", "scan": "s1"}', "field-missing", "kind"),
    ('{"type": "places", "folder": "/"}', "field-unknown", "folder"),
]
FIELDS: list[tuple[str, Any]] = [
    ("points", []),
    ("points", [1, 2]),
    ("points", [[1]]),
    ("points", [[1, 2], [1, 2, 3]]),
    ("points", [[1, "2"]]),
    ("points", [[1, True]]),
    ("points", [[1, None]]),
    ("points", [[1, 10**400]]),
    ("points", {"x": 1}),
    ("points", [[0.0] * (MOST_FEATURES + 2)]),
    ("points", [[0.0, 0.0]] * (MOST_POINTS + 1)),
    ("rule", 1),
    ("rule", ""),
    ("rule", "x" * 65),
    ("rule", {"learning_rate": 1}),
    ("rule", {"name": "adam", "learning_rate": "os.system"}),
    ("rule", {"name": "adam", "learning_rate": {"name": "x"}}),
    ("rule", {"name": "adam", **{f"a{n}": 1 for n in range(9)}}),
    ("learning_rate", "fast"),
    ("learning_rate", [0.1]),
    ("learning_rate", True),
    ("steps", -1),
    ("steps", 1.5),
    ("steps", True),
    ("steps", MOST_STEPS + 1),
    ("start", "zero"),
    ("start", []),
    ("start", [0.0] * (MOST_FEATURES + 2)),
    ("seed", -1),
    ("tolerance", "1"),
    ("loss", None),
    ("loss", {"name": "huber", "delta": None}),
    ("intercept", 1),
    ("standardize", "yes"),
    ("ridge", None),
    ("y", [1]),
    ("__init__", 1),
    ("folds", 3),
]


OWN: dict[str, dict[str, Any]] = {
    "open": {"source": {"path": "a.csv"}},
    "look": {"table": "t1"},
    "scan": {"table": "t1", "target": "y"},
    "cancel": {"job": 3},
    "run": {"scan": "s1"},
    "passes": {"scan": "s1", "loss": "huber"},
    "predict": {"scan": "s1", "row": {"x": 1.5, "c": "a", "n": None, "f": True}},
    "save": {"scan": "s1", "kind": "model"},
}
"""A right message of each type."""

OWN_FIELDS: list[tuple[str, str, Any]] = [
    ("open", "source", "a.csv"),
    ("open", "source", {}),
    ("open", "source", {"path": "a.csv", "data": "engel"}),
    ("open", "source", {"file": "a.csv"}),
    ("open", "source", {"path": ""}),
    ("open", "source", {"path": "x" * 3000}),
    ("open", "source", {"path": "a\ud800"}),
    ("open", "source", {"path": ["a.csv"]}),
    ("open", "source", {"upload": "t1"}),
    ("open", "source", {"upload": "../u1"}),
    ("open", "source", {"table": "t1\n"}),
    ("open", "encoding", 5),
    ("open", "delimiter", ";;"),
    ("open", "decimal", ";"),
    ("look", "table", "s1"),
    ("look", "table", "t" + "9" * 20),
    ("look", "table", "t١"),
    ("look", "target", ""),
    ("look", "target", "x" * (MOST_NAME + 1)),
    ("scan", "features", "x"),
    ("scan", "features", ["x", "x"]),
    ("scan", "features", ["x", 1]),
    ("scan", "features", [f"x{n}" for n in range(MOST_NAMES + 1)]),
    ("scan", "categorical", None),
    ("scan", "polynomial", {"x": 0}),
    ("scan", "polynomial", {"x": 51}),
    ("scan", "polynomial", {"x": 2.0}),
    ("scan", "polynomial", ["x"]),
    ("scan", "dates", [None]),
    ("scan", "weight", ["w"]),
    ("scan", "missing", "drop"),
    ("scan", "skip_bad_rows", 1),
    ("scan", "folds", -1),
    ("scan", "folds", 101),
    ("scan", "folds", True),
    ("scan", "seed", 0.5),
    ("scan", "split_by", 1),
    ("scan", "group_by", []),
    ("scan", "path", "/etc/passwd"),
    ("cancel", "job", "3"),
    ("cancel", "job", -1),
    ("run", "loss", "huber"),
    ("run", "start", [0.0] * (MOST_NAMES + 1)),
    ("run", "steps", 10_001),
    ("run", "features", [""]),
    ("run", "rule", {"name": "adam", "\ud800": 1}),
    ("run", "data", "tadpoles"),
    ("passes", "loss", ["huber"]),
    ("passes", "batch_size", 0),
    ("passes", "epochs", 1.5),
    ("predict", "row", {}),
    ("predict", "row", {"x": [1]}),
    ("predict", "row", {"x": {"a": 1}}),
    ("predict", "row", {"x": "y" * 2000}),
    ("predict", "row", {"": 1}),
    ("predict", "row", [1]),
    ("predict", "interval", 1),
    ("predict", "interval", "0.9"),
    ("save", "kind", "pickle"),
    ("save", "kind", "__class__"),
    ("save", "settings", []),
    ("save", "settings", {"steps": -1}),
    ("save", "settings", {"path": "/tmp/x"}),
    ("save", "interval", 0),
    ("save", "name", "../x"),
]


@pytest.mark.parametrize("kind", OWN)
def test_a_right_message_about_own_data_comes_through_whole(kind: str) -> None:
    asked = {"type": kind, "id": 7, **OWN[kind]}
    assert read(json.dumps(asked)) == Ask(kind, 7, OWN[kind])  # type: ignore[arg-type]


def test_every_type_has_a_right_message_here() -> None:
    assert set(FORMS) == {*OWN, "hello", "describe", "descend", "places"}


@pytest.mark.parametrize(("kind", "field", "value"), OWN_FIELDS)
def test_a_wrong_field_about_own_data_is_refused_by_name(kind: str, field: str, value: Any) -> None:
    with pytest.raises(BadMessageError) as caught:
        read(json.dumps({"type": kind, "id": 5, **OWN[kind], field: value}))
    assert caught.value.id == 5
    assert caught.value.code in ("lab.field", "lab.field-unknown")
    assert caught.value.values["field"] == field
    for language in ("en", "zh-CN"):
        assert len(caught.value.text(language)) < 300


@pytest.mark.parametrize(("text", "code", "field"), WRONG)
def test_a_wrong_message_is_refused(text: str, code: str, field: str | None) -> None:
    with pytest.raises(BadMessageError) as caught:
        read(text)
    assert caught.value.code == f"lab.{code}"
    assert caught.value.values.get("field") == field
    for language in ("en", "zh-CN"):
        assert len(caught.value.text(language)) < 300


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_wrong_field_is_refused_by_name_and_the_id_comes_back(field: str, value: Any) -> None:
    asked = {"type": "descend", "id": 5, "data": "tadpoles", field: value}
    with pytest.raises(BadMessageError) as caught:
        read(json.dumps(asked))
    assert caught.value.id == 5
    assert caught.value.code in ("lab.field", "lab.field-unknown")
    assert caught.value.values["field"] == field


def test_a_right_message_comes_through_whole() -> None:
    fields = {
        "points": [[1, 2.5], [2, 3]],
        "rule": {"name": "momentum", "learning_rate": 0.01, "momentum": 0.5},
        "learning_rate": 0.05,
        "steps": MOST_STEPS,
        "start": [1.0, -1.0],
        "seed": 3,
        "tolerance": 0.01,
        "loss": {"name": "huber", "delta": 2.0},
        "intercept": False,
        "standardize": True,
        "ridge": 0.5,
    }
    asked = {"type": "descend", "id": MOST_ID, **fields}
    assert read(json.dumps(asked)) == Ask("descend", MOST_ID, fields)
    assert read('{"type": "hello"}') == Ask("hello", None, {})
    for start in (0, "random", [0.0]):
        read(json.dumps({"type": "descend", "data": "engel", "start": start}))
    read('{"type": "descend", "data": "engel", "learning_rate": "auto"}')
