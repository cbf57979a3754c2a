"""RP2040 and RP2350: Arm's PL011.

Registers: `rp-pac`, src/rp2040/uart.rs; the data sheet of the RP2040, 4.2.
"""

from __future__ import annotations

from ..nvic import Nvic
from . import Byte, Fifo, Wired

LENGTH = 0x100
_DATA, _STATUS, _CONTROL, _ENABLES, _RAW, _MASKED, _CLEAR = 0x00, 0x18, 0x30, 0x38, 0x3C, 0x40, 0x44
_RECEIVE_EMPTY, _SEND_EMPTY = 1 << 4, 1 << 7
_RECEIVED, _SENT, _WAITING, _FRAMING, _OVERRUN = 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 10
_DATA_FRAMING, _DATA_OVERRUN = 1 << 8, 1 << 11
_ON, _SENDS, _RECEIVES = 1 << 0, 1 << 8, 1 << 9
_ROOM = 32


class Pl011:
    """One of them."""

    def __init__(self, nvic: Nvic, irq: int, wired: Wired) -> None:
        self.sent = bytearray()
        self.is_wired = wired
        self._nvic, self._irq = nvic, irq
        self._control = 0
        self._enables = 0
        self._raw = 0
        self._incoming = Fifo(_ROOM)

    def receive(self, byte: Byte) -> None:
        """While it is off, nobody notices."""
        if self._is_on(_RECEIVES):
            self._incoming.push(byte)
            self._raw |= (_FRAMING if byte.garbled else 0) | (_OVERRUN if self._incoming.overrun else 0)
            self._raise()

    def _is_on(self, half: int) -> bool:
        return self._control & (_ON | half) == _ON | half

    def read(self, offset: int) -> int | None:
        """What came in, and what there is to do."""
        if offset == _DATA:
            return self._take()
        known = {
            _STATUS: _SEND_EMPTY | (0 if self._incoming else _RECEIVE_EMPTY),
            _CONTROL: self._control,
            _ENABLES: self._enables,
            _RAW: self._flags(),
            _MASKED: self._flags() & self._enables,
        }
        return known.get(offset)

    def _take(self) -> int:
        byte = self._incoming.pop()
        overrun, self._incoming.overrun = self._incoming.overrun, False
        self._raise()
        return byte.value | (_DATA_FRAMING if byte.garbled else 0) | (_DATA_OVERRUN if overrun else 0)

    def write(self, offset: int, value: int) -> bool:
        """What goes out, and what is wanted."""
        if offset == _DATA and self._is_on(_SENDS):
            self.sent.append(value & 0xFF)
            # The place where the next byte waits has become empty.
            self._raw |= _SENT
        elif offset == _CONTROL:
            self._control = value
        elif offset == _ENABLES:
            self._enables = value
        elif offset == _CLEAR:
            self._raw &= ~value
        else:
            return False
        self._raise()
        return True

    def _flags(self) -> int:
        # However few they are, bytes that are not taken raise the second of these after a while.
        return self._raw | (_RECEIVED | _WAITING if self._incoming else 0)

    def _raise(self) -> None:
        self._nvic.set_line(self._irq, bool(self._flags() & self._enables))
