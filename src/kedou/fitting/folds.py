"""Which fold a row belongs to, and which rows are a sample: a hash of (seed, file, row number).

So both depend neither on blocks nor on workers, and a sorted file does no harm. For folds the file
counts by its name without folders, so that moving the data changes nothing. With ``group_by`` the
hash is taken of the group's value instead: a group is never split.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kedou.block import Block
from kedou.errors import OptionError, OptionTypeError

MOST_FOLDS = 100


def check_folds(folds: Any, seed: Any) -> tuple[int, int]:
    """Check the number of folds (0, or 2 to 100) and the seed."""
    if isinstance(folds, bool) or not isinstance(folds, int | np.integer):
        raise OptionTypeError("fitting.folds", got=repr(folds))
    if folds != 0 and not 2 <= folds <= MOST_FOLDS:
        raise OptionError("fitting.folds", got=int(folds))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise OptionTypeError("descent.seed-type", got=repr(seed))
    return int(folds), int(seed)


def fold_of_rows(block: Block, folds: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each row of a block, shape (rows,)."""
    if block.key is not None:
        return _by_group(block.key, folds, seed)
    file = block.origin.replace("\\", "/").rsplit("/", 1)[-1]
    mixed = mix(block.row_numbers.astype(np.uint64) + np.uint64(salted(seed, file)))
    return (mixed % np.uint64(folds)).astype(np.intp)


def hash_of_rows(block: Block, seed: int) -> NDArray[np.uint64]:
    """Return a hash of each row of a block that has nothing to do with its fold, shape (rows,).

    Files of one name in several folders, as in ``year=2024/part-0.parquet``, count as several here:
    else the sample would hold the same row numbers of each.
    """
    file = block.origin.replace("\\", "/")
    return mix(block.row_numbers.astype(np.uint64) + np.uint64(salted(seed, f"sample:{file}")))


def _by_group(key: NDArray[Any], folds: int, seed: int) -> NDArray[np.intp]:
    values, where = np.unique(key.astype(str), return_inverse=True)
    numbers = np.array([salted(seed, str(value)) % folds for value in values], dtype=np.intp)
    return numbers[where.reshape(-1)]


def salted(seed: int, text: str) -> int:
    """Return 64 bits that depend on a seed and a text."""
    digest = hashlib.blake2b(f"{seed}:{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the SplitMix64 finaliser of each value (Steele, Lea, Flood 2014)."""
    z = values * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
