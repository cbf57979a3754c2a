"""STM32: USART, UART and LPUART.

Registers: `stm32-metapac`, src/peripherals/usart_v1.rs to v4.rs. The first two have the same, and so have
the others; bits of status and control are the same in all.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..clock import Clock
from ..nvic import Nvic
from . import Byte, Fifo, Wired

LENGTH = 0x100
# A byte takes so long at 115200 baud, in nanoseconds: after that a line without another is idle.
_BYTE = 86_806
_FRAMING, _OVERRUN, _IDLE, _RECEIVED, _COMPLETE, _EMPTY = 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
_SENDS_READY, _RECEIVES_READY = 1 << 21, 1 << 22
_RECEIVES, _SENDS = 1 << 2, 1 << 3


@dataclass(frozen=True)
class Layout:
    """Offsets; `clear` is where flags are cleared by ones, None where reading data clears them."""

    status: int
    incoming: int
    outgoing: int
    control: int
    clear: int | None
    enabled: int


_OLD = Layout(status=0x00, incoming=0x04, outgoing=0x04, control=0x0C, clear=None, enabled=1 << 13)
_NEW = Layout(status=0x1C, incoming=0x24, outgoing=0x28, control=0x00, clear=0x20, enabled=1 << 0)
LAYOUTS = {"v1": _OLD, "v2": _OLD, "v3": _NEW, "v4": _NEW}


class Usart:
    """One of them."""

    def __init__(self, layout: Layout, clock: Clock, nvic: Nvic, irq: int, wired: Wired) -> None:
        self.sent = bytearray()
        self.is_wired = wired
        self._layout, self._clock = layout, clock
        self._nvic, self._irq = nvic, irq
        self._control = 0
        self._incoming = Fifo(1)
        self._flags = _COMPLETE
        self._last = 0

    def receive(self, byte: Byte) -> None:
        """While it is off, nobody notices."""
        if not self._is_on(_RECEIVES):
            return
        self._incoming.push(byte)
        if byte.garbled:
            self._flags |= _FRAMING
        if self._incoming.overrun:
            self._incoming.overrun = False
            self._flags |= _OVERRUN
        self._last = self._clock.now
        self._clock.at(self._clock.now + _BYTE + 1, self._rest)
        self._raise()

    def _rest(self) -> None:
        """The line is idle, if nothing came meanwhile."""
        if self._clock.now - self._last > _BYTE:
            self._flags |= _IDLE
            self._raise()

    def _is_on(self, half: int) -> bool:
        return self._control & (self._layout.enabled | half) == self._layout.enabled | half

    def _status(self) -> int:
        ready = _RECEIVED if self._incoming else 0
        if self._layout is _NEW:
            ready |= _SENDS_READY if self._is_on(_SENDS) else 0
            ready |= _RECEIVES_READY if self._is_on(_RECEIVES) else 0
        return self._flags | ready | _EMPTY

    def read(self, offset: int) -> int | None:
        """Status, control, and what came in."""
        layout = self._layout
        if offset == layout.status:
            return self._status()
        if offset == layout.control:
            return self._control
        if offset == layout.incoming:
            value = self._incoming.pop().value
            if layout.clear is None:
                self._flags &= _COMPLETE
            self._raise()
            return value
        return None

    def write(self, offset: int, value: int) -> bool:
        """Control, flags, and what goes out."""
        layout = self._layout
        if offset == layout.control:
            self._control = value
        elif offset == layout.outgoing and self._is_on(_SENDS):
            self.sent.append(value & 0xFF)
            self._flags |= _COMPLETE
        elif offset == layout.clear:
            self._flags &= ~value
        elif offset == layout.status and layout.clear is None:
            # This flag is cleared by a zero, the others by reading.
            self._flags &= value | ~_COMPLETE
        else:
            return False
        self._raise()
        return True

    def _raise(self) -> None:
        # Each flag has its enable at the same place; that of what came in is the overrun's, too.
        status = self._status()
        flags = status & (_IDLE | _RECEIVED | _COMPLETE | _EMPTY)
        if status & _OVERRUN:
            flags |= _RECEIVED
        self._nvic.set_line(self._irq, self._is_on(0) and bool(flags & self._control))
