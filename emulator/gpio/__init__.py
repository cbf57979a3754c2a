"""Pins: what they put out, and what is put on them.

Each vendor's module models the registers of its ports. What they have in common: a pin puts out a level
once it is an output, somebody may want to know of every change, and a button may drive an input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

# A level; None while the pin is no output.
Output = Callable[[], bool | None]


class Pins(Protocol):
    """All pins of a chip, by the names that its hardware abstraction layer gives them."""

    on_change: Callable[[], None]

    def output(self, pin: str) -> Output:
        """What tells the level that the pin puts out."""

    def drive(self, pin: str, high: bool) -> None:
        """What is put on the pin from outside."""


def deaf() -> None:
    """Nobody wants to know."""
