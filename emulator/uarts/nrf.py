"""nRF: UARTE, which moves bytes from and to memory by itself.

Registers: `nrf-pac`, src/chips/nrf52840/pac.rs and nrf54l15-app/pac.rs (`uarte`). An event's interrupt has
the bit of the event's place among the events.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..cpu import Cpu
from ..nvic import Nvic
from . import Byte, Fifo

LENGTH = 0x1000
_EVENTS, _EVENTS_END = 0x100, 0x200
_INTEN, _INTENSET, _INTENCLR, _ERRORS, _ENABLE = 0x300, 0x304, 0x308, 0x480, 0x500
_ON = 8
_OVERRUN, _FRAMING = 1 << 0, 1 << 2
# Bytes that it keeps while it has been told no place for them (product specification, UARTE).
_ROOM = 4


@dataclass(frozen=True)
class Layout:
    """Offsets of tasks, events and places in memory."""

    start_rx: int
    stop_rx: int
    start_tx: int
    error: int
    stopped: int
    end_rx: int
    end_tx: int
    rx: int
    tx: int
    pin_tx: int
    pin_rx: int


NRF52 = Layout(0x000, 0x004, 0x008, 0x124, 0x144, 0x110, 0x120, 0x534, 0x544, 0x50C, 0x514)
NRF54 = Layout(0x028, 0x02C, 0x050, 0x114, 0x124, 0x14C, 0x168, 0x704, 0x73C, 0x604, 0x60C)
_COUNT, _AMOUNT = 4, 8


class Uarte:
    """One of them, on the pins with these numbers."""

    def __init__(self, layout: Layout, cpu: Cpu, nvic: Nvic, irq: int, pins: tuple[int, int]) -> None:
        self.sent = bytearray()
        self._layout, self._cpu, self._nvic, self._irq = layout, cpu, nvic, irq
        self._pins = pins
        self._stored: dict[int, int] = {}
        self._events: set[int] = set()
        self._enabled = 0
        self._errors = 0
        self._incoming = Fifo(_ROOM)
        self._receiving = False

    def is_wired(self) -> bool:
        """It knows its pins."""
        layout = self._layout
        return (self._stored.get(layout.pin_tx), self._stored.get(layout.pin_rx)) == self._pins

    def receive(self, byte: Byte) -> None:
        """While it is off, nobody notices."""
        if self._stored.get(_ENABLE) != _ON:
            return
        self._incoming.push(byte)
        if byte.garbled:
            self._fail(_FRAMING)
        if self._incoming.overrun:
            self._incoming.overrun = False
            self._fail(_OVERRUN)
        self._move()

    def _fail(self, error: int) -> None:
        self._errors |= error
        self._events.add(self._layout.error)

    def _move(self) -> None:
        """What came in goes to its place, until that is full."""
        at, count = self._stored.get(self._layout.rx, 0), self._stored.get(self._layout.rx + _COUNT, 0)
        while self._receiving and self._incoming:
            amount = self._stored[self._layout.rx + _AMOUNT]
            self._cpu.store(at + amount, bytes([self._incoming.pop().value]))
            self._stored[self._layout.rx + _AMOUNT] = amount + 1
            if amount + 1 >= count:
                self._end()
        self._raise()

    def _end(self) -> None:
        self._receiving = False
        self._events.add(self._layout.end_rx)

    def _start_rx(self) -> None:
        self._stored[self._layout.rx + _AMOUNT] = 0
        self._receiving = True
        self._move()

    def _stop_rx(self) -> None:
        if self._receiving:
            self._end()
        self._events.add(self._layout.stopped)

    def _start_tx(self) -> None:
        layout = self._layout
        count = self._stored.get(layout.tx + _COUNT, 0)
        if self._stored.get(_ENABLE) == _ON:
            self.sent += self._cpu.load(self._stored.get(layout.tx, 0), count)
            self._stored[layout.tx + _AMOUNT] = count
            self._events.add(layout.end_tx)

    def read(self, offset: int) -> int | None:
        """Events, enables, errors, and what was stored."""
        if _EVENTS <= offset < _EVENTS_END:
            return int(offset in self._events)
        if offset in (_INTEN, _INTENSET, _INTENCLR):
            return self._enabled
        if offset == _ERRORS:
            return self._errors
        return self._stored.get(offset)

    def write(self, offset: int, value: int) -> bool:
        """Tasks, events, enables, errors, and what is only stored."""
        tasks = {
            self._layout.start_rx: self._start_rx,
            self._layout.stop_rx: self._stop_rx,
            self._layout.start_tx: self._start_tx,
        }
        if offset in tasks:
            tasks[offset]()
        elif _EVENTS <= offset < _EVENTS_END:
            (self._events.add if value else self._events.discard)(offset)
        elif offset in (_INTEN, _INTENSET, _INTENCLR):
            changed = {_INTEN: value, _INTENSET: self._enabled | value, _INTENCLR: self._enabled & ~value}
            self._enabled = changed[offset]
        elif offset == _ERRORS:
            self._errors &= ~value
        else:
            self._stored[offset] = value
        self._raise()
        return True

    def _raise(self) -> None:
        high = any(self._enabled >> (event - _EVENTS) // 4 & 1 for event in self._events)
        self._nvic.set_line(self._irq, high)
