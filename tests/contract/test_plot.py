"""Pictures of a run: what is drawn is the run, read back from the drawing itself."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import kedou as kd
from kedou.errors import OptionError, OptionTypeError
from kedou.plotting import KINDS
from kedou.plotting import style as style_module
from kedou.texts import LANGUAGES

TADPOLES = kd.data.tadpoles()


@pytest.fixture(autouse=True)
def agg():
    mpl.use("agg")


@pytest.fixture(scope="module")
def run():
    return kd.descend(TADPOLES, learning_rate=0.05, steps=40)


def axes_of(figure):
    (axes,) = figure.axes
    return axes


def drawn(axes, number=0):
    return np.asarray(axes.lines[number].get_xydata())


def test_the_loss_of_every_step_is_drawn_and_the_smallest_beside_it(run):
    axes = axes_of(kd.plot(run, "loss"))
    assert drawn(axes).T.tolist() == [run.steps.tolist(), run.loss.tolist()]
    assert set(axes.lines[1].get_ydata()) == {run.exact.loss}
    assert axes.get_yscale() == "linear"


def test_a_loss_that_spans_much_stands_on_a_logarithmic_scale():
    diverged = kd.descend(TADPOLES, learning_rate=0.1, steps=60)
    axes = axes_of(kd.plot(diverged, "loss"))
    assert axes.get_yscale() == "log"
    assert drawn(axes)[:, 1].tolist() == diverged.loss.tolist()


def test_the_gap_is_the_runs_own(run):
    axes = axes_of(kd.plot(run, "gap"))
    assert drawn(axes)[:, 1].tolist() == run.gap.tolist()
    assert axes.get_yscale() == "log"


def test_each_parameter_has_its_line_and_its_exact_value(run):
    axes = axes_of(kd.plot(run, "weights"))
    assert drawn(axes, 0)[:, 1].tolist() == run.theta[:, 0].tolist()
    assert drawn(axes, 2)[:, 1].tolist() == run.theta[:, 1].tolist()
    exact = [set(axes.lines[n].get_ydata()) for n in (1, 3)]
    assert exact == [{value} for value in run.exact.theta.tolist()]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["time", "intercept"]


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("ridge", [0.0, 0.3])
def test_the_path_lies_on_the_contours_of_its_own_loss(standardize, ridge):
    run = kd.descend(TADPOLES, rule="momentum", learning_rate=0.01, steps=30, ridge=ridge,
                     standardize=standardize, start=[1.0, -0.5])  # fmt: skip
    axes = axes_of(kd.plot(run, "path"))
    assert drawn(axes, 0).tolist() == run.theta.tolist()
    assert drawn(axes, 1)[0] == pytest.approx(run.exact.theta, rel=1e-10)
    contours = axes.collections[0]
    bowl = kd.diagnose(run.moments, standardize=standardize, ridge=ridge).quadratic
    levels = np.asarray(contours.levels)
    seen = 0
    for level, path in zip(levels, contours.get_paths(), strict=True):
        for theta in path.vertices[:: max(1, len(path.vertices) // 7)]:
            height = bowl.evaluate(bowl.coordinates.inward(theta))[0]
            assert height == pytest.approx(level, rel=0.15)
            seen += 1
    assert seen > 20


def test_a_run_that_leaves_does_not_take_the_picture_along():
    diverged = kd.descend(TADPOLES, learning_rate=0.12, steps=200)
    axes = axes_of(kd.plot(diverged, "path"))
    assert np.ptp(axes.get_xlim()) < 100


def test_the_line_and_the_very_points_are_drawn(run):
    axes = axes_of(kd.plot(run, "fit", data=TADPOLES))
    points = sorted(map(tuple, drawn(axes, 0)))
    table = TADPOLES.table
    assert points == sorted(
        zip(map(float, table["time"]), map(float, table["volume"]), strict=True)
    )
    w, b = run.theta[-1]
    x, y = drawn(axes, 1).T
    assert y == pytest.approx(w * x + b, rel=1e-12)
    x, y = drawn(axes, 2).T
    assert y == pytest.approx(run.exact.theta[0] * x + run.exact.theta[1], rel=1e-12)


def test_powers_are_drawn_as_a_curve():
    source = kd.open({"x": [1.0, 2, 3, 4, 6], "y": [1.0, 3, 2, 5, 4]}, target="y",
                     polynomial={"x": 2})  # fmt: skip
    run = kd.descend(source, standardize=True)
    x, y = drawn(axes_of(kd.plot(run, "fit", data=source)), 1).T
    w1, w2, b = run.theta[-1]
    assert len(x) > 50
    assert y == pytest.approx(w1 * x + w2 * x**2 + b, rel=1e-12)


def test_steps_against_rates_are_those_of_the_diagnosis(run):
    axes = axes_of(kd.plot(run, "rates"))
    judged = kd.diagnose(run.moments, start=run.theta[0])
    for rate, steps in drawn(axes)[::17]:
        assert max(judged.steps_to(0.01, rate), 1) == steps
    assert set(axes.lines[1].get_xdata()) == {judged.learning_rate_limit}
    assert set(axes.lines[2].get_xdata()) == {0.05}


def test_without_a_kind_all_that_a_run_has_is_drawn(run):
    assert len(kd.plot(run).axes) == 3
    assert len(kd.plot(run, data=TADPOLES).axes) == 4
    wide = kd.descend(kd.data.penguins(), standardize=True, steps=5)
    assert len(kd.plot(wide).axes) == 2


def test_axes_that_are_given_are_drawn_on_and_returned(run):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert kd.plot(run, ax=left) is left
    assert kd.plot(run, "weights", ax=right) is right
    assert drawn(left)[:, 1].tolist() == run.loss.tolist()
    assert len(right.lines) == 4


@pytest.mark.skipif(not style_module.chinese_fonts(), reason="Matplotlib finds no Chinese font")
def test_axes_made_elsewhere_show_chinese_too(run, tmp_path):
    figure = Figure()
    for kind, place in zip(KINDS, figure.subplots(2, 3).flat, strict=True):
        kd.plot(run, kind, ax=place, lang="zh-CN", data=TADPOLES)
    figure.savefig(tmp_path / "all.png")  # a letter without a font is a warning, and so an error


def test_a_run_draws_itself_and_so_does_an_estimator(run):
    assert (
        drawn(axes_of(run.plot(kind="loss"))).tolist()
        == drawn(axes_of(kd.plot(run, "loss"))).tolist()
    )
    model = kd.GradientDescentRegressor().fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    assert drawn(axes_of(kd.plot(model, "loss")))[0, 1] == model.trajectory_.loss[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_has_labels_in_both_languages_and_is_vectors(run, kind, lang):
    if lang == "zh-CN" and not style_module.chinese_fonts():
        pytest.skip("Matplotlib finds no Chinese font (Debian: apt-get install fonts-noto-cjk)")
    figure = kd.plot(run, kind, lang=lang, data=TADPOLES)
    axes = axes_of(figure)
    labels = axes.get_xlabel() + axes.get_ylabel()
    if axes.get_legend():
        labels += "".join(text.get_text() for text in axes.get_legend().get_texts())
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in labels)
    assert is_chinese == (lang == "zh-CN")
    svg = ElementTree.fromstring(figure._repr_svg_())
    tags = {element.tag.rpartition("}")[2] for element in svg.iter()}
    assert "path" in tags
    assert "image" not in tags


def test_without_a_chinese_font_the_labels_are_english(run, monkeypatch):
    monkeypatch.setattr(style_module, "chinese_fonts", lambda: ())
    assert axes_of(kd.plot(run, "loss", lang="zh")).get_xlabel() == "step"


def test_the_users_own_settings_and_windows_are_left_alone(run):
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    kd.plot(run, data=TADPOLES, lang="zh")._repr_svg_()
    assert dict(mpl.rcParams) == before
    assert not plt.get_fignums()


def test_hostile_names_are_text():
    table = {"$\\frac{": [1.0, 2.0, 4.0, 3.0], "y": [1.0, 2.0, 3.0, 5.0]}
    source = kd.open(table, target="y")
    run = kd.descend(source, standardize=True, steps=3)
    figure = kd.plot(run, data=source)
    assert figure._repr_svg_()
    hidden = kd.descend(kd.open({"_x": [1.0, 2.0, 4.0], "y": [1.0, 2.0, 2.5]}, target="y"), steps=3)
    legend = axes_of(kd.plot(hidden, "weights")).get_legend()
    assert legend.get_texts()[0].get_text().strip("\u200b") == "_x"


def test_runs_of_other_losses_and_from_files_are_drawn(tmp_path, run):
    huber = kd.descend(TADPOLES, loss="huber", steps=5)
    assert len(kd.plot(huber).axes) == 2
    run.save(tmp_path / "run.json")
    back = kd.Trajectory.load(tmp_path / "run.json")
    assert (
        drawn(axes_of(kd.plot(back, "loss"))).tolist()
        == drawn(axes_of(kd.plot(run, "loss"))).tolist()
    )
    for kind in ("path", "rates"):
        with pytest.raises(OptionError):
            kd.plot(back, kind)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda run: kd.plot(run, "nonsense"), "loss, gap, weights, path, fit, rates"),
        (lambda run: kd.plot(run, "fit"), "data=data"),
        (lambda run: kd.plot(run, "fit", data=kd.data.penguins()), "time"),
        (lambda run: kd.plot(kd.descend(kd.data.penguins(), steps=1), "path"), "4 parameters"),
        (lambda run: kd.plot(kd.descend(kd.data.penguins(), steps=1), "fit"), "one feature"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(run, call, said):
    with pytest.raises(OptionError, match=said):
        call(run)


def test_what_is_no_run_is_told():
    with pytest.raises(OptionTypeError, match="float"):
        kd.plot(1.0)


def test_without_matplotlib_the_extra_is_named():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import kedou as kd\n"
        "run = kd.descend(kd.data.tadpoles(), steps=1)\n"
        "try: kd.plot(run)\n"
        "except kd.KedouError as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "kedou[plot]"' in done.stdout
