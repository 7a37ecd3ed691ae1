"""Losses: what an error costs, row by row. One file each; ``NAMED`` is the table of them."""

from kedou.losses.absolute_error import AbsoluteError
from kedou.losses.brier_score import BrierScore
from kedou.losses.huber import Huber
from kedou.losses.log_loss import LogLoss
from kedou.losses.loss import Loss
from kedou.losses.over_block import LossSums, over_block
from kedou.losses.own_loss import OwnLoss
from kedou.losses.registry import NAMED, from_json, make, to_json
from kedou.losses.sigmoid import sigmoid
from kedou.losses.squared_error import SquaredError

__all__ = [
    "NAMED",
    "AbsoluteError",
    "BrierScore",
    "Huber",
    "LogLoss",
    "Loss",
    "LossSums",
    "OwnLoss",
    "SquaredError",
    "from_json",
    "make",
    "over_block",
    "sigmoid",
    "to_json",
]
