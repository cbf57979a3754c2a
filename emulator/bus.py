"""Everything that is no memory: registers, and the models that stand behind some of them.

A register without a model gives back what was written to it, and `polls` answers if it is polled.
"""

from __future__ import annotations

from typing import Protocol

from . import nvic as system
from .failure import Crash
from .nvic import Nvic
from .polls import Polls

# Models start and end at multiples of it: the narrowest are an nRF's ports, 0x300 bytes apart.
_GRAIN = 0x100
# So many accesses without sleep are a loop that no answer ends.
_RESTLESS = 300_000

WORD = 0xFFFF_FFFF


class Device(Protocol):
    """A model. Offsets are from where it was attached, and are those of whole words."""

    def read(self, offset: int) -> int | None:
        """A register's value; None where this register has no model."""

    def write(self, offset: int, value: int) -> bool:
        """Takes a value; False where this register has no model."""


class Bus:
    """Addresses, and what answers there."""

    def __init__(self, nvic: Nvic) -> None:
        self._nvic = nvic
        self._polls = Polls()
        self._stored: dict[int, int] = {}
        self._devices: dict[int, tuple[int, Device]] = {}
        self._accesses = 0
        self._erased: list[range] = []
        # RP: writing at +0x1000 flips, +0x2000 sets and +0x3000 clears bits.
        self.has_atomic_aliases = False
        # STM32: whoever wants to know of each write, to find the time driver by what it does.
        self.watcher = lambda address, value: None

    def attach(self, base: int, length: int, device: Device) -> None:
        """Puts a model at an address."""
        for grain in range(base, base + length, _GRAIN):
            self._devices[grain // _GRAIN] = (base, device)

    def rested(self) -> None:
        """The core slept: nothing is stuck."""
        self._accesses = 0

    def stored(self, address: int) -> int:
        """What was last written to a register without a model."""
        value = self._stored.get(address)
        if value is None:
            return WORD if any(address in each for each in self._erased) else 0
        return value

    def erase(self, addresses: range) -> None:
        """Nothing is programmed there: it reads as ones."""
        self._erased.append(addresses)

    def programmed(self) -> dict[int, int]:
        """What was programmed since it was erased: it outlasts a reset."""
        return {at: value for at, value in self._stored.items() if any(at in each for each in self._erased)}

    def program(self, words: dict[int, int]) -> None:
        """What was programmed before a reset."""
        self._stored.update(words)

    def read(self, address: int, size: int) -> int:
        """A read of one, two or four bytes."""
        self._count()
        aligned = address & ~3
        lane = (address & 3) * 8
        return self._read_word(aligned) >> lane & (1 << 8 * size) - 1

    def write(self, address: int, size: int, value: int) -> None:
        """A write of one, two or four bytes."""
        self._count()
        if self.has_atomic_aliases and address >> 28 in (4, 5):
            self._write_aliased(address, value)
            return
        aligned = address & ~3
        lane = (address & 3) * 8
        mask = (1 << 8 * size) - 1 << lane
        self._write_word(aligned, value << lane & mask, mask)

    def _count(self) -> None:
        self._accesses += 1
        if self._accesses > _RESTLESS:
            raise Crash(f"the program never sleeps: {_RESTLESS} accesses to registers in a row")

    def _read_word(self, address: int) -> int:
        if self.has_atomic_aliases and address >> 28 in (4, 5):
            address &= ~0x3000
        base, device = self._devices.get(address // _GRAIN, (0, None))
        if device is not None:
            value = device.read(address - base)
            if value is not None:
                return value & WORD
        if address & ~0xFFF == system.ORIGIN:
            value = self._nvic.read(address - system.ORIGIN)
            return self.stored(address) if value is None else value
        value = self._polls.answer(address, self.stored(address))
        self._stored[address] = value
        return value

    def _write_word(self, address: int, value: int, mask: int = WORD) -> None:
        base, device = self._devices.get(address // _GRAIN, (0, None))
        if device is not None and device.write(address - base, value):
            return
        if address & ~0xFFF == system.ORIGIN:
            self._write_system(address - system.ORIGIN, value, mask)
        else:
            self._polls.written()
        value = self.stored(address) & ~mask | value
        self._stored[address] = value
        self.watcher(address, value)

    def _write_system(self, offset: int, value: int, mask: int) -> None:
        self._nvic.write(offset, value)
        for byte in range(4):
            if mask >> 8 * byte & 0xFF:
                self._nvic.note_priority(offset + byte, value >> 8 * byte & 0xFF)

    def _write_aliased(self, address: int, value: int) -> None:
        way = address >> 12 & 3
        address &= ~0x3003
        if way:
            now = self._current(address)
            value = (now ^ value, now | value, now & ~value)[way - 1]
        self._write_word(address, value & WORD)

    def _current(self, address: int) -> int:
        base, device = self._devices.get(address // _GRAIN, (0, None))
        value = device.read(address - base) if device is not None else None
        return self.stored(address) if value is None else value
