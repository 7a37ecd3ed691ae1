"""The sets of NIST's collection that are made by rule or known from other sources than its files.

- Wampler2: y = sum (x / 10)^i, i = 0 ... 5, for x = 0 ... 20, exact in five decimals.
- Wampler3 and Wampler5: Wampler1 plus the noise vector of Wampler4 (which is 100 times that of
  Wampler3), times 1 and 10,000.
- NoInt2: three rows. Filip: 82 rows (tests/data/nist/Filip.csv), polynomial of degree 10.

``test_exact_nist`` solves each in rational arithmetic, from the decimals, and holds the certified
values (https://www.itl.nist.gov/div898/strd/lls/lls.shtml) against that: a digit written down
wrongly would show.
"""

from dataclasses import dataclass
from fractions import Fraction

import nist


@dataclass(frozen=True)
class Decimal:
    """Decimal data and certified values, intercept first where there is one."""

    x: tuple[Fraction, ...]
    y: tuple[Fraction, ...]
    degree: int
    estimates: tuple[Fraction, ...]
    errors: tuple[Fraction, ...]
    residual_std: Fraction
    r2: Fraction
    has_intercept: bool = True


def _fractions(*texts):
    return tuple(Fraction(text) for text in texts)


def _wampler1(x):
    return sum(x**i for i in range(6))


def _wampler(times, errors, residual_std, r2):
    wampler4 = nist.read("Wampler4")
    x = tuple(Fraction(value) for value in wampler4.X[:, 0])
    noise = [Fraction(y) - _wampler1(v) for y, v in zip(wampler4.y, x, strict=True)]
    y = tuple(_wampler1(v) + e * times / 100 for v, e in zip(x, noise, strict=True))
    return Decimal(
        x, y, 5, _fractions(*["1"] * 6), _fractions(*errors), Fraction(residual_std), Fraction(r2)
    )


def _wampler2():
    x = tuple(Fraction(i) for i in range(21))
    y = tuple(sum((v / 10) ** i for i in range(6)) for v in x)
    estimates = tuple(Fraction(1, 10**i) for i in range(6))
    return Decimal(x, y, 5, estimates, (Fraction(0),) * 6, Fraction(0), Fraction(1))


def _filip():
    lines = (nist.FOLDER / "Filip.csv").read_text(encoding="ascii").split()[1:]
    y, x = zip(*(map(Fraction, line.split(",")) for line in lines), strict=True)
    estimates = _fractions(
        "-1467.48961422980", "-2772.17959193342", "-2316.37108160893", "-1127.97394098372",
        "-354.478233703349", "-75.1242017393757", "-10.8753180355343", "-1.06221498588947",
        "-0.670191154593408e-1", "-0.246781078275479e-2", "-0.402962525080404e-4",
    )  # fmt: skip
    errors = _fractions(
        "298.084530995537", "559.779865474950", "466.477572127796", "227.204274477751",
        "71.6478660875927", "15.2897178747400", "2.23691159816033", "0.221624321934227",
        "0.142363763154724e-1", "0.535617408889821e-3", "0.896632837373868e-5",
    )  # fmt: skip
    return Decimal(
        x, y, 10, estimates, errors, Fraction("0.334801051324544e-2"), Fraction("0.996727416185620")
    )


def _no_intercept2():
    return Decimal(
        _fractions("4", "5", "6"),
        _fractions("3", "4", "4"),
        1,
        _fractions("0.727272727272727"),
        _fractions("0.420827318078432e-1"),
        Fraction("0.369274472937998"),
        Fraction("0.993348115299335"),
        has_intercept=False,
    )


def read(name):
    return {
        "Wampler2": _wampler2,
        "Wampler3": lambda: _wampler(1, WAMPLER3, "2360.14502379268", "0.999995559025820"),
        "Wampler5": lambda: _wampler(10_000, WAMPLER5, "23601450.2379268", "0.224668921574940e-2"),
        "Filip": _filip,
        "NoInt2": _no_intercept2,
    }[name]()


NAMES = ("Wampler2", "Wampler3", "Wampler5", "Filip", "NoInt2")
WAMPLER5 = (
    "21523262.4678170", "23635517.3469681", "7793435.24331583",
    "1014755.07550350", "56456.6512170752", "1123.24854679312",
)  # fmt: skip
WAMPLER3 = (
    "2152.32624678170", "2363.55173469681", "779.343524331583",
    "101.475507550350", "5.64566512170752", "0.112324854679312",
)  # fmt: skip
WAMPLER5_Y = (
    7590001, -20479994, 20480063, -20479636, 25231365, -20476094, 20489331, -20460392, 18417449,
    -20413570, 20591111, -20302844, 18651453, -20077766, 21059195, -19666384, 26348481, -18971402,
    22480719, -17866340, 10958421,
)  # fmt: skip
