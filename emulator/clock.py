"""Virtual time: it passes when the core sleeps, and a little when it looks at a clock.

Nanoseconds since reset, as an integer, so that nothing is rounded twice.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

SECOND = 1_000_000_000
MILLISECOND = 1_000_000


class Clock:
    """The time, and what is to happen at which time."""

    def __init__(self) -> None:
        self.now = 0
        self._plans: list[tuple[int, int, Callable[[], None]]] = []
        self._planned = 0

    def at(self, when: int, action: Callable[[], None]) -> None:
        """Plans something that comes from outside, such as a press."""
        self._planned += 1
        heapq.heappush(self._plans, (when, self._planned, action))

    def next_plan(self) -> int | None:
        """When the next thing from outside happens."""
        return self._plans[0][0] if self._plans else None

    def pass_to(self, when: int) -> None:
        """Lets time pass, and what was planned happen."""
        while self._plans and self._plans[0][0] <= when:
            at, _, action = heapq.heappop(self._plans)
            self.now = max(self.now, at)
            action()
        self.now = max(self.now, when)

    def tick(self, nanoseconds: int) -> None:
        """A clock was looked at: without this a loop that waits for it would never end."""
        self.now += nanoseconds
