"""What happens to the board, and what its light has to do then.

The program lights its light at once and changes it every half period; each press brings the next of the
half periods, and the light is lit anew. Where it flashes, all of that is said of whole periods, at the start of
which it is lit for a moment. A press counts once the button has been still for a while, so
presses here bounce first, as those of real buttons do; and one disturbance is too short to count.
"""

from __future__ import annotations

from dataclasses import dataclass

from .clock import MILLISECOND, Clock
from .gpio import Pins
from .light import Change
from .spec import Button, Spec

# How many changes of each pace are watched.
_CHANGES = 4
# Presses come between changes, so that they are told apart from them.
_BETWEEN = 0.3
# A contact bounces: levels that take turns, each for so long.
_BOUNCE = MILLISECOND
_BOUNCES = 4
# Held for longer than it takes to settle.
_HELD = 3


@dataclass(frozen=True)
class Scenario:
    """When a press counts, and when all is over, in nanoseconds."""

    presses: tuple[int, ...]
    end: int


def play(spec: Spec, clock: Clock, pins: Pins) -> Scenario:
    """Plans the presses."""
    if spec.light is None and spec.button is None:
        return Scenario((), round(spec.seconds * 1000) * MILLISECOND)
    if spec.button is None:
        return _by_itself(spec)
    pins.drive(spec.button.pin, not spec.button.pressed_high)
    presses = []
    now = 0
    for place, half_period in enumerate(spec.expect):
        last = place + 1 == len(spec.expect)
        if place == 0:
            _disturb(clock, pins, spec.button, half_period * MILLISECOND // 2)
        now += round((_CHANGES + _BETWEEN) * half_period) * MILLISECOND
        if not last:
            now = _press(clock, pins, spec.button, now)
            presses.append(now)
    # Once more, to the first pace again.
    now = _press(clock, pins, spec.button, now)
    presses.append(now)
    return Scenario(tuple(presses), now + round((_CHANGES + _BETWEEN) * spec.expect[0]) * MILLISECOND)


def _by_itself(spec: Spec) -> Scenario:
    if spec.every is None:
        return Scenario((), round((_CHANGES + _BETWEEN) * spec.expect[0]) * MILLISECOND)
    every = spec.every * MILLISECOND
    presses = tuple(every * number for number in range(1, len(spec.expect) + 1))
    return Scenario(presses, presses[-1] + round((_CHANGES + _BETWEEN) * spec.expect[0]) * MILLISECOND)


def _disturb(clock: Clock, pins: Pins, button: Button, at: int) -> None:
    """Pressed for half of what counts."""
    clock.at(at, lambda: pins.drive(button.pin, button.pressed_high))
    clock.at(at + button.settle * MILLISECOND // 2, lambda: pins.drive(button.pin, not button.pressed_high))


def _press(clock: Clock, pins: Pins, button: Button, at: int) -> int:
    """Presses and releases, bouncing both times; when the press counts."""
    settle = button.settle * MILLISECOND
    settled = at + _BOUNCES * 2 * _BOUNCE
    released = settled + _HELD * settle
    for level, start in ((button.pressed_high, at), (not button.pressed_high, released)):
        for bounce in range(_BOUNCES):
            _plan(clock, pins, button, start + 2 * bounce * _BOUNCE, level)
            _plan(clock, pins, button, start + (2 * bounce + 1) * _BOUNCE, not level)
        _plan(clock, pins, button, start + 2 * _BOUNCES * _BOUNCE, level)
    return settled + settle


def _plan(clock: Clock, pins: Pins, button: Button, at: int, high: bool) -> None:
    clock.at(at, lambda: pins.drive(button.pin, high))


def expected(spec: Spec, scenario: Scenario) -> list[Change]:
    """What the light has to do."""
    changes = [Change(0, True)]
    starts = (0, *scenario.presses)
    ends = (*scenario.presses, scenario.end)
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        pace = spec.expect[place % len(spec.expect)] * MILLISECOND
        wanted = _blinks(start, end, pace) if spec.flashes is None else _flashes(spec.flashes, start, end, pace)
        for change in wanted:
            if changes[-1].lit != change.lit:
                changes.append(change)
    return changes


def _blinks(start: int, end: int, half_period: int) -> list[Change]:
    times = range(start, end, half_period)
    return [Change(at, place % 2 == 0) for place, at in enumerate(times)]


def _flashes(length: int, start: int, end: int, period: int) -> list[Change]:
    lit = [(Change(at, True), Change(at + length * MILLISECOND, False)) for at in range(start, end, period)]
    return [change for flash in lit for change in flash]
