"""Whether the light did what it had to, and the report."""

from __future__ import annotations

from typing import Any

from .clock import MILLISECOND, SECOND
from .failure import Failure
from .light import Change, Light
from .scenario import Scenario, expected
from .spec import Matrix, Spec

# How far a change may be off. A tick is 0.03 ms, a press may be noticed some ticks late, and the light
# is counted from the press on: but never is anything early by more than rounding.
_LATE = 2 * MILLISECOND
_EARLY = MILLISECOND // 10
# A program without a light has to be woken so often to count as running.
_WAKES = 2


def judge(spec: Spec, scenario: Scenario, light: Light) -> dict[str, Any]:
    """The measurements; what is wrong with them is a failure."""
    changes = light.changes(scenario.end)
    _compare(changes, expected(spec, scenario))
    return {
        "first": "lit" if changes[0].lit else "dark",
        "edges": len(changes),
        "half_periods_ms": _half_periods(changes, scenario),
        "presses_s": [press / SECOND for press in scenario.presses],
        **judge_picture(spec, light),
    }


def judge_picture(spec: Spec, light: Light) -> dict[str, Any]:
    """What a matrix showed, which has to be what it is to show."""
    picture = light.picture()
    if isinstance(spec.light, Matrix) and spec.light.picture and list(spec.light.picture) != picture:
        raise Failure(f"the matrix showed {picture}, not {list(spec.light.picture)}")
    return {"picture": picture} if picture else {}


def judge_dark(wakes: int, log_bytes: int | None) -> dict[str, Any]:
    """The same for a program without a light: it has to be woken, and if it can log it has to."""
    if wakes < _WAKES:
        raise Failure(f"the timer woke the program {wakes} times: it does not run")
    if log_bytes == 0:
        raise Failure("the program logged nothing")
    return {"first": None, "edges": 0, "half_periods_ms": [], "presses_s": []}


def _compare(found: list[Change], wanted: list[Change]) -> None:
    if not found:
        raise Failure("the light was never lit: no change on its pin lasted")
    for place, want in enumerate(wanted):
        if place >= len(found):
            raise Failure(f"the light {_words(want)}, but did not")
        have = found[place]
        if have.lit != want.lit or not -_EARLY <= have.at - want.at <= _LATE:
            raise Failure(f"the light {_words(want)}, but {_did(have)}")
    if len(found) > len(wanted):
        raise Failure(f"the light was to stay as it was, but {_did(found[len(wanted)])}")


def _words(change: Change) -> str:
    return f"had to go {'on' if change.lit else 'off'} at {change.at / SECOND:.3f} s"


def _did(change: Change) -> str:
    return f"went {'on' if change.lit else 'off'} at {change.at / SECOND:.3f} s"


def _half_periods(changes: list[Change], scenario: Scenario) -> list[float]:
    """The median time between changes, before the first press and after each."""
    limits = (0, *scenario.presses, scenario.end)
    medians = []
    for start, end in zip(limits, limits[1:], strict=False):
        # The first change after a press is the press's own.
        times = [each.at for each in changes if start + _LATE < each.at < end]
        gaps = sorted(after - before for before, after in zip(times, times[1:], strict=False))
        medians.append(round(gaps[len(gaps) // 2] / MILLISECOND, 3) if gaps else 0.0)
    return medians
