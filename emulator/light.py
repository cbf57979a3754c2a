"""The light: which levels of which pins make it lit, and when that changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from .clock import MILLISECOND, Clock
from .gpio import Pins
from .spec import Led, Matrix

# What lasts less is no change: a matrix is dark between rows, a pin has a level while it is set up.
_VISIBLE = MILLISECOND


@dataclass(frozen=True)
class Change:
    """The light went on or off, so many nanoseconds after reset."""

    at: int
    lit: bool


@dataclass
class Light:
    """Watches the pins of a light."""

    clock: Clock
    pins: Pins
    kind: Led | Matrix
    # The diodes of a matrix that were lit at some time.
    seen: set[tuple[int, int]] = field(default_factory=set)
    _changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A pin that the chip does not have is an error now, not at the first change.
        self.is_lit()
        self.pins.on_change = self._note

    def is_lit(self) -> bool:
        """Whether it is lit now."""
        if isinstance(self.kind, Led):
            level = self.pins.level(self.kind.pin)
            return level is not None and level == self.kind.lit_high
        return bool(self._crossings(self.kind))

    def _crossings(self, matrix: Matrix) -> set[tuple[int, int]]:
        rows = [place for place, pin in enumerate(matrix.rows) if self.pins.level(pin) is True]
        columns = [place for place, pin in enumerate(matrix.columns) if self.pins.level(pin) is False]
        return {(row, column) for row in rows for column in columns}

    def _note(self) -> None:
        lit = self.is_lit()
        if isinstance(self.kind, Matrix) and lit:
            self._look(self.kind)
        if lit != (self._changes[-1].lit if self._changes else False):
            self._changes.append(Change(self.clock.now, lit))

    def _look(self, matrix: Matrix) -> None:
        self.seen |= self._crossings(matrix)

    def changes(self, end: int) -> list[Change]:
        """What was to be seen until then: changes that lasted."""
        kept: list[Change] = []
        following = [each.at for each in self._changes[1:]] + [end]
        for change, until in zip(self._changes, following, strict=False):
            if until - change.at >= _VISIBLE and change.lit != (kept[-1].lit if kept else False):
                kept.append(change)
        return kept

    def picture(self) -> list[str] | None:
        """What a matrix showed: all that was lit at some time."""
        if not isinstance(self.kind, Matrix):
            return None
        columns = range(len(self.kind.columns))
        return [
            "".join("#" if (row, column) in self.seen else "." for column in columns)
            for row in range(len(self.kind.rows))
        ]
