"""One chapter of the lesson as a widget: a state that Python and the page both hold.

What is synced is one value, ``wire``: the state, who wrote it, and the number of that writing. A
view ignores what it wrote itself; so does Python. Everything else (``state``, ``w``, ``points``,
``run``) follows from it.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import anywidget
import traitlets

from kedou.errors import DataError, OptionError
from kedou.texts import LANGUAGES, current_language, normalise_language, say
from kedou.widgets import mine as own_rule
from kedou.widgets.chapter import Chapter
from kedou.widgets.chapters import CHAPTERS
from kedou.widgets.points import frame_of, points_from
from kedou.widgets.shapes import MisshapenError

_PYTHON = "python"


@cache
def front_end(name: str) -> str:
    """Return a file of the built front end."""
    return (resources.files("kedou") / "assets" / "lab" / name).read_text(encoding="utf-8")


class Field(traitlets.TraitType[Any, Any]):
    """A part of the state: setting it makes a new state, and is refused where that is none."""

    default_value: Any = None
    allow_none = True

    def set(self, obj: Any, value: Any) -> None:
        """Change this part of the state."""
        # Held notifications end with setting every trait to what it is.
        if value is not self.held(obj):
            obj._change({self.name: value})

    def held(self, obj: Any) -> Any:
        """Return the very value that is there; this class where there is none yet."""
        return obj._trait_values.get(self.name, Field)

    def follow(self, obj: Any, value: Any) -> None:
        """Take the value of a state that is already there."""
        super().set(obj, value)


class _State(Field):
    """The whole state; setting it replaces all of it."""

    def set(self, obj: Any, value: Any) -> None:
        if value is self.held(obj):
            return
        if not isinstance(value, Mapping):
            raise OptionError("widgets.state-kind", got=repr(value))
        obj._change(value)


class _Derived(traitlets.TraitType[Any, Any]):
    """What follows from the state, made when it is asked for and kept until the state changes."""

    default_value: Any = None

    def get(self, obj: Any, cls: Any = None) -> Any:
        return obj._derived(self.name)

    def set(self, obj: Any, value: Any) -> None:
        obj._assign_derived(self.name, value)


class LessonWidget(anywidget.AnyWidget):
    """A chapter of the lesson in a notebook.

    Attributes
    ----------
    state : dict
        The chapter's state, one small JSON object. Assigning replaces it; what is left out of a
        mapping stays as it is.
    points : data frame
        Columns x and y, where the chapter has points: of pandas where that can be imported, else
        of Polars, else a PyArrow table.
    run : Trajectory
        The chapter's run for the state on screen, computed by Python, where it has one.
    runs : dict of str to Trajectory
        All of them by the names of their rules.

    Every part of the state is an attribute too (``lab.w``), and ``observe`` works on all of them.
    """

    chapter_of: Chapter
    _watched: frozenset[str] = frozenset()
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    chapter = traitlets.Unicode(read_only=True).tag(sync=True)
    lang = traitlets.Unicode(read_only=True).tag(sync=True)
    wire = traitlets.Dict().tag(sync=True)
    state = _State()

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return front_end("bundle.js")

    @traitlets.default("_css")
    def _default_css(self) -> str:
        return front_end("bundle.css")

    def __init__(self, *, lang: str | None = None, data: Any = None, **given: Any) -> None:
        chapter = self.chapter_of
        self._number = 0
        self._made: dict[str, Any] = {}
        self._now: dict[str, Any] = copy.deepcopy(dict(chapter.first))
        language = _language(lang)
        if data is not None:
            if "points" not in chapter.fields:
                having = [each.function for each in CHAPTERS.values() if "points" in each.fields]
                raise OptionError("widgets.no-points", chapter=chapter.function, having=having)
            if "points" in given:
                raise OptionError("widgets.data-and-points")
            given["points"] = points_from(data)
        mine = given.pop("mine", None) if hasattr(self, "mine") else None
        self._now = self._changed(given)
        super().__init__()
        self.set_trait("chapter", chapter.name)
        self.set_trait("lang", language)
        self._follow(self._now)
        self._tell_page()
        if mine is not None:
            self.mine = mine

    def __repr__(self) -> str:
        names = [name for name in ("w", "b", "start", "rate", "step") if name in self._now]
        said = "".join(f", {name}={self._now[name]!r}" for name in names)
        return f"<kedou.lab.{self.chapter_of.function}{said}>"

    def observe(self, handler: Any, names: Any = traitlets.All, type: Any = "change") -> None:
        """Call ``handler`` with every change; see ``traitlets.HasTraits.observe``."""
        listed = [names] if isinstance(names, str) else names
        if isinstance(listed, list | tuple | set):
            self._watched = self._watched | ({"points", "run", "runs"} & set(listed))
        super().observe(handler, names, type)

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take what the page sent: a wire, and nothing else."""
        super().set_state({name: value for name, value in sync_data.items() if name == "wire"})

    @traitlets.observe("wire")
    def _page_said(self, change: Any) -> None:
        wire = change.new
        if wire.get("by") == _PYTHON:
            return
        try:
            state = self._read_state(wire["state"])
        except (KeyError, MisshapenError):
            self._tell_page()
            return
        self._follow(state)

    def _read_state(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return a whole state as it is read; raises ``MisshapenError``."""
        chapter = self.chapter_of
        if set(state) != set(chapter.fields):
            raise MisshapenError("needs-keys", names=list(chapter.fields))
        read = {name: shape(state[name]) for name, shape in chapter.fields.items()}
        chapter.fits(read)
        return read

    def _changed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the state with some parts changed, or say what is wrong with them."""
        chapter = self.chapter_of
        state = dict(self._now)
        said = ""
        try:
            for name, value in given.items():
                said = name
                if name in chapter.aliases:
                    state = chapter.aliases[name].write(state, value)
                    state = {key: chapter.fields[key](part) for key, part in state.items()}
                elif name == "points" and name in chapter.fields:
                    state[name] = chapter.fields[name](points_from(value))
                elif name in chapter.fields:
                    state[name] = chapter.fields[name](value)
                else:
                    raise _unknown(chapter, name)
            chapter.fits(state)
        except MisshapenError as problem:
            needed = say(f"widgets.{problem.code}", **problem.needed)
            kind = DataError if said == "points" else OptionError
            raise kind(
                "widgets.misfit",
                chapter=chapter.function,
                name=said,
                got=_brief(given.get(said)),
                needed=needed,
            ) from None
        return state

    def _change(self, given: Mapping[str, Any]) -> None:
        self._follow(self._changed(given))
        self._tell_page()

    def _follow(self, state: dict[str, Any]) -> None:
        """Let all attributes follow a state, and tell those who observe them."""
        before, self._now = self._now, state
        chapter, traits = self.chapter_of, self.traits()
        made, self._made = self._made, {}
        with self.hold_trait_notifications():
            traits["state"].follow(self, copy.deepcopy(state))
            for name in chapter.fields:
                if isinstance(traits.get(name), Field):
                    traits[name].follow(self, copy.deepcopy(state[name]))
            for name, alias in chapter.aliases.items():
                traits[name].follow(self, alias.read(state))
        if state.get("points") == before.get("points") and "points" in made:
            self._made["points"] = made["points"]
        for name in self._watched & set(traits):
            if name == "points" and state.get("points") == before.get("points"):
                continue
            self.notify_change(
                traitlets.Bunch(
                    name=name,
                    old=made.get(name),
                    new=self._derived(name),
                    owner=self,
                    type="change",
                )
            )

    def _tell_page(self) -> None:
        self._number += 1
        self.wire = {"state": copy.deepcopy(self._now), "by": _PYTHON, "number": self._number}

    def _derived(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make_derived(name)
        return self._made[name]

    def _make_derived(self, name: str) -> Any:
        if name == "points":
            return frame_of(self._now["points"])
        if self.chapter_of.runs is None:
            having = [each.function for each in CHAPTERS.values() if each.runs is not None]
            raise OptionError("widgets.no-run", chapter=self.chapter_of.function, having=having)
        runs = self.chapter_of.runs(self._now)
        if name == "run":
            return next(iter(runs.values()))()
        return {rule: make() for rule, make in runs.items()}

    def _assign_derived(self, name: str, value: Any) -> None:
        if name != "points":
            raise OptionError("widgets.read-only", name=name)
        self._change({"points": value})


class RulesWidget(LessonWidget):
    """The race of the update rules, in which a learner's own function may run.

    Attributes
    ----------
    mine : callable or None
        ``mine(w, slope)`` returns the new w. Python runs it, for at most two seconds; what it
        raises stands in the widget.
    verdict : str
        What the gradient checker says of it as one step of gradient descent.
    """

    mine_name = traitlets.Unicode(None, allow_none=True, read_only=True).tag(sync=True)
    mine_found = traitlets.Dict(None, allow_none=True, read_only=True).tag(sync=True)
    _mine: Any = None

    @property
    def mine(self) -> Callable[[float, float], float] | None:
        """The learner's function."""
        return self._mine  # type: ignore[no-any-return]

    @mine.setter
    def mine(self, function: Any) -> None:
        self._mine = None if function is None else own_rule.checked(function)
        with self.hold_sync():
            self.set_trait("mine_found", self._raced())
            name = None if self._mine is None else own_rule.name_of(self._mine)
            self.set_trait("mine_name", name)

    @property
    def verdict(self) -> str:
        """What the gradient checker says of ``mine``; empty where there is none to say."""
        return str((self.mine_found or {}).get("verdict", ""))

    def _raced(self) -> dict[str, Any] | None:
        if self._mine is None:
            return None
        return own_rule.race(self._mine, self._now["points"], self._now["start"], self.lang)

    def _follow(self, state: dict[str, Any]) -> None:
        super()._follow(state)
        found = self.mine_found
        if self._mine is None or found is None or found["hung"]:
            return
        if found["points"] != state["points"] or found["start"] != state["start"]:
            self.set_trait("mine_found", self._raced())

    def _make_derived(self, name: str) -> Any:
        made = super()._make_derived(name)
        if name == "runs" and self._mine is not None and self.mine_found["stopped"] is None:
            now = self._now
            made["mine"] = own_rule.run_of(self._mine, now["points"], now["start"])
        return made


@cache
def widget_class(name: str) -> type[LessonWidget]:
    """Return the widget of a chapter, with an attribute for every part of its state."""
    chapter = CHAPTERS[name]
    base = RulesWidget if name == "rules" else LessonWidget
    members: dict[str, Any] = {"chapter_of": chapter, "__doc__": base.__doc__}
    derived = ["points"] if "points" in chapter.fields else []
    if chapter.runs is not None:
        derived += ["run", "runs"]
    taken = {*derived, *dir(base)}
    fields = [each for each in (*chapter.fields, *chapter.aliases) if each not in taken]
    members |= {each: Field() for each in fields} | {each: _Derived() for each in derived}
    title = "".join(part.capitalize() for part in chapter.function.split("_"))
    members["__module__"] = __name__
    return type(f"{title}Widget", (base,), members)


def _language(lang: str | None) -> str:
    if lang is None:
        return current_language()
    if not isinstance(lang, str) or lang.split("-")[0].split("_")[0].lower() not in ("en", "zh"):
        raise OptionError("widgets.language", got=repr(lang), known=[repr(x) for x in LANGUAGES])
    return normalise_language(lang)


def _unknown(chapter: Chapter, name: str) -> OptionError:
    known = [*chapter.fields, *chapter.aliases, "lang"]
    known += ["data"] if "points" in chapter.fields else []
    known += ["mine"] if chapter.name == "rules" else []
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return OptionError(
            "widgets.unknown-near", chapter=chapter.function, name=name, near=near[0], known=known
        )
    return OptionError("widgets.unknown", chapter=chapter.function, name=name, known=known)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
