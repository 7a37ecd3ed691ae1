"""Both languages say everything, with the same numbers in it, in the command line's own words."""

import json
import re
import string
from pathlib import Path

import pytest
from typer.main import get_command

import kedou
from kedou.cli.app import COMMANDS, app
from kedou.cli.exits import OF_OUTCOME, Exit
from kedou.cli.words import words
from kedou.descent import Outcome
from kedou.losses import NAMED
from kedou.texts import LANGUAGES, set_language

TEXTS = Path(kedou.__file__).parent / "assets" / "texts"


def texts(area, language):
    return json.loads((TEXTS / language / f"{area}.json").read_text(encoding="utf-8"))


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("area", ["cli", "hold_out"])
def test_both_languages_have_the_same_messages(area):
    english, chinese = (texts(area, language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key in english:
        assert placeholders(english[key]) == placeholders(chinese[key]), key
        assert english[key].strip(), key
        if re.search("[a-z]{3}", re.sub(r"{\w+}", "", english[key])) and key != "constant-c":
            assert re.search("[\u4e00-\u9fff]", chinese[key]), key
        assert not re.search("[\u4e00-\u9fff]", english[key].replace("蝌蚪", "")), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rewording_is_of_a_message_that_exists(language):
    own = {key: text for key, text in texts("cli", language).items() if "." in key}
    assert len(own) > 40
    for key, text in own.items():
        area, _, name = key.partition(".")
        original = texts(area, language)[name]
        assert placeholders(text) <= placeholders(original), key
        assert not re.search(r"\b(learning_rate|standardize|bad_cells|steps|missing)=", text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_every_command_is_complete(language):
    set_language(language)
    group = get_command(app())
    for name in COMMANDS:
        command = group.commands[name]
        context = command.make_context(name, [], resilient_parsing=True)
        page = command.get_help(context)
        for option in command.params:
            for spelling in (*option.opts, *option.secondary_opts):
                if option.param_type_name == "option":
                    assert spelling in page, spelling
        for code in Exit:
            assert re.search(rf"^  {int(code)} ", page, re.M)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_there_for_the_asking(kedou, name):
    ended = kedou(name, "--help")
    assert ended.code == 0
    assert f"kedou {name}" in ended.out
    assert kedou(name, "-h", "--lang", "zh").out.startswith("用法")


def test_the_front_page(kedou):
    for arguments in ([], ["--help"], ["-h"]):
        ended = kedou(*arguments)
        assert ended.code == 0
        assert all(f"  {name} " in ended.out for name in COMMANDS)
    assert kedou("--version").out.strip() == f"kedou {kedou_version()}"


def kedou_version():
    return kedou.__version__


def test_every_outcome_and_loss_has_words_and_a_code():
    assert set(OF_OUTCOME) == {str(outcome) for outcome in Outcome}
    for language in LANGUAGES:
        own = texts("cli", language)
        assert {f"outcome-{outcome}" for outcome in Outcome} <= own.keys()
        assert {f"loss-{name}" for name in NAMED} <= own.keys()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "fr_FR.UTF-8"}, "en"),
        ({"KEDOU_LANG": "zh", "LANG": "en_US"}, "zh"),
        ({"LC_MESSAGES": "zh_CN"}, "zh"),
    ],
)
def test_who_chooses_the_language(kedou, monkeypatch, environment, language):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    error = {"en": "Error: ", "zh": "错误："}
    assert kedou("fit", "nought.csv").err.startswith(error[language])
    assert kedou("--lang", "zh", "fit", "nought.csv").err.startswith(error["zh"])
    assert kedou("fit", "--lang=en", "nought.csv").err.startswith(error["en"])


def test_the_constant_of_a_rule_has_a_name():
    set_language("en")
    values = {"constant": "learning_rate", "rate": 0.1, "first": 1, "steps": 3}
    assert "a much smaller learning rate than 0.1" in words("descent.left-ceiling", values)
