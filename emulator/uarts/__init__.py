"""Serial ports: what goes out of them, and what comes in.

Each vendor's module models the registers. What they have in common: a byte that goes out is out at once,
one that comes in does so when it is said to, and there is little room for those that nobody takes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Byte:
    """A byte that came in; the stop bit of one that is garbled was none."""

    value: int
    garbled: bool = False


class Uart(Protocol):
    """A serial port."""

    sent: bytearray

    def receive(self, byte: Byte) -> None:
        """A byte has come in."""

    def is_wired(self) -> bool:
        """Whether what it sends and receives goes through the pins that it is said to have."""


class Fifo:
    """Bytes that came in and were not yet taken; for one too many there is no room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._bytes: deque[Byte] = deque()
        self.overrun = False

    def __bool__(self) -> bool:
        return bool(self._bytes)

    def push(self, byte: Byte) -> None:
        """One comes in."""
        if len(self._bytes) < self._room:
            self._bytes.append(byte)
        else:
            self.overrun = True

    def first(self) -> Byte | None:
        """The one that is taken next."""
        return self._bytes[0] if self._bytes else None

    def pop(self) -> Byte:
        """Takes one; without one it is a zero."""
        return self._bytes.popleft() if self._bytes else Byte(0)


# Whether the pins are those of the port.
Wired = Callable[[], bool]
