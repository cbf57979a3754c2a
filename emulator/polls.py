"""Answers for registers that a program polls.

An oscillator is switched on, then its ready bit is awaited: no model of each clock tree is needed to get
past that, as the program itself shows what it waits for. A register that is read over and over, with no
register written meanwhile, gets one guess after the other; the guess that ends the loop stays, like a
ready bit on the chip.

The order of the guesses keeps wrong ones rare: one bit changed, then a field copied into the one above
it (a clock's switch and its status), then two bits changed. There are no random values: a loop that
takes more is reported as stuck.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from .failure import Crash

# So many reads in a row are a program that looks twice, or at several bits of one register.
_PATIENCE = 6
# A guess is shown so often: the code behind the loop reads the register again, and has to agree.
_SHOWN = 3


class Polls:
    """Notices polling, and guesses."""

    def __init__(self) -> None:
        self._reads: dict[int, int] = {}
        self._guesses: dict[int, Iterator[int]] = {}

    def written(self) -> None:
        """A register was written: whatever was polled before is now polled anew."""
        self._reads.clear()
        self._guesses.clear()

    def answer(self, address: int, value: int) -> int:
        """What the register reads as, given what it holds."""
        reads = self._reads.get(address, 0) + 1
        self._reads[address] = reads
        if reads <= _PATIENCE or (reads - _PATIENCE) % _SHOWN != 1:
            return value
        guesses = self._guesses.setdefault(address, _guesses(value))
        guess = next(guesses, None)
        if guess is None:
            raise Crash(f"the register {address:#010x} is polled for ever")
        return guess


def _guesses(value: int) -> Iterator[int]:
    for bit in range(32):
        yield value ^ 1 << bit
    for width in (2, 3, 4):
        for low in range(32 - 2 * width + 1):
            yield _copied_up(value, low, width)
    for first, second in combinations(range(32), 2):
        yield value ^ 1 << first ^ 1 << second


def _copied_up(value: int, low: int, width: int) -> int:
    mask = (1 << width) - 1
    field = value >> low & mask
    return value & ~(mask << low + width) | field << low + width
