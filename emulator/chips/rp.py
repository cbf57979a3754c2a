"""RP2040 and RP2350: what their boot ROMs look for, pins, locks, clocks and the timer.

Addresses: `rp-pac` 7.0, src/rp2040/mod.rs and src/rp235x/mod.rs. What has to be in flash: data sheets of
the RP2040 (2.8.1.3, the second stage's checksum) and of the RP2350 (5.9, blocks and image definitions).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ..bus import Bus
from ..failure import Crash, Failure
from ..gpio.rp import IoBank, RpLayout, RpPins, Sio
from ..timers.rp import Timer
from ..uarts import rp as uarts
from ..uarts.rp import Pl011
from . import Chip, Parts

_SIO = 0xD000_0000
_SECOND_STAGE = 256
_BLOCK_START, _BLOCK_END = 0xFFFF_DED3, 0xAB12_3579
# Image definition: a program, secure, for Arm, for this chip.
_IMAGE_TYPE, _EXECUTABLE_ARM = 0x42, 0x1021
_BLOCK_WITHIN = 4096


@dataclass(frozen=True)
class Model:
    """Where a chip has what."""

    layout: RpLayout
    io_bank: int
    io_irq: int
    timer: int
    timer_interrupts: int
    clocks: int
    resets: int
    # By name: address and interrupt.
    uarts: dict[str, tuple[int, int]]


_RP2040 = Model(
    RpLayout(pins=30, out=0x10, enable=0x20, step=4, raw=0xF0, inte=0x100, ints=0x120, has_divider=True),
    io_bank=0x4001_4000,
    io_irq=13,
    timer=0x4005_4000,
    timer_interrupts=0x34,
    clocks=0x4000_8000,
    resets=0x4000_C000,
    uarts={"UART0": (0x4003_4000, 20), "UART1": (0x4003_8000, 21)},
)


def _rp2350(pins: int) -> Model:
    layout = RpLayout(
        pins=pins, out=0x10, enable=0x30, step=8, raw=0x230, inte=0x248, ints=0x278, has_divider=False
    )
    return Model(
        layout,
        io_bank=0x4002_8000,
        io_irq=21,
        timer=0x400B_0000,
        timer_interrupts=0x3C,
        clocks=0x4001_0000,
        resets=0x4002_0000,
        uarts={"UART0": (0x4007_0000, 33), "UART1": (0x4007_8000, 34)},
    )


_MODELS = {"rp2040": _RP2040, "rp235xa": _rp2350(30), "rp235xb": _rp2350(48)}


class Clocks:
    """A clock says which source it has: the one that it was told to take, as one bit."""

    _REFERENCE, _SYSTEM = 0x30, 0x3C
    _CONTROL, _SELECTED = 0, 8

    def __init__(self, bus: Bus, base: int) -> None:
        self._bus, self._base = bus, base

    def read(self, offset: int) -> int | None:
        """Only the status is the model's."""
        for clock, sources in ((self._REFERENCE, 3), (self._SYSTEM, 1)):
            if offset == clock + self._SELECTED:
                return 1 << (self._bus.stored(self._base + clock + self._CONTROL) & sources)
        return None

    def write(self, _offset: int, _value: int) -> bool:
        """Kept by the bus."""
        return False


class Resets:
    """A peripheral that is not held in reset has left it."""

    _RESET, _DONE = 0, 8

    def __init__(self, bus: Bus, base: int) -> None:
        self._bus, self._base = bus, base

    def read(self, offset: int) -> int | None:
        """Only the status is the model's."""
        return ~self._bus.stored(self._base + self._RESET) if offset == self._DONE else None

    def write(self, _offset: int, _value: int) -> bool:
        """Kept by the bus."""
        return False


def assemble(parts: Parts) -> Chip:
    """Puts the models where this chip has them."""
    name = parts.spec.chip
    if name not in _MODELS:
        raise Failure(f"there is no `{name}`; there are {', '.join(_MODELS)}")
    model = _MODELS[name]
    vectors = _after_second_stage(parts) if name == "rp2040" else _behind_definition(parts)
    parts.cpu.map_bus(_SIO, 0x1000)
    parts.bus.has_atomic_aliases = True
    pins = RpPins(model.layout, parts.nvic, model.io_irq)
    timer = Timer(parts.clock, parts.nvic, 0, model.timer, model.timer_interrupts)
    parts.bus.attach(_SIO, Sio.LENGTH, Sio(pins))
    parts.bus.attach(model.io_bank, IoBank.LENGTH, IoBank(pins))
    parts.bus.attach(model.timer, 0x100, timer)
    parts.bus.attach(model.clocks, 0x100, Clocks(parts.bus, model.clocks))
    parts.bus.attach(model.resets, 0x100, Resets(parts.bus, model.resets))
    return Chip(pins, timer, vectors, _uart(parts, pins, model))


def _uart(parts: Parts, pins: RpPins, model: Model) -> Pl011 | None:
    """The console's port."""
    console = parts.spec.console
    if console is None:
        return None
    if console.uart not in model.uarts:
        raise Failure(f"there is no `{console.uart}`; there are {', '.join(model.uarts)}")
    base, irq = model.uarts[console.uart]
    uart = Pl011(parts.nvic, irq, lambda: pins.is_lent(console.tx) and pins.is_lent(console.rx))
    parts.bus.attach(base, uarts.LENGTH, uart)
    return uart


def _after_second_stage(parts: Parts) -> int:
    """RP2040: the boot ROM runs the first 256 bytes if their checksum is right, they the program."""
    origin = parts.spec.flash.origin
    stage = parts.image.flashed(origin, _SECOND_STAGE)
    if stage is None:
        raise Crash("the boot ROM finds no second stage at the start of flash")
    if struct.unpack("<I", stage[-4:])[0] != _checksum(stage[:-4]):
        raise Crash("the boot ROM finds a second stage whose checksum is wrong")
    return origin + _SECOND_STAGE


def _checksum(data: bytes) -> int:
    """CRC-32, the most significant bit first, nothing inverted at the end."""
    value = 0xFFFF_FFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C1_1DB7 if value >> 31 else 0)) & 0xFFFF_FFFF
    return value


def _behind_definition(parts: Parts) -> int:
    """RP2350: the boot ROM looks for the definition of an image within the first 4 KiB."""
    origin = parts.spec.flash.origin
    start = b"".join(each.data for each in sorted(parts.image.segments, key=lambda each: each.flashed))
    words = [word for (word,) in struct.iter_unpack("<I", start[:_BLOCK_WITHIN])]
    if _BLOCK_START not in words:
        raise Crash(f"the boot ROM finds no image definition within {_BLOCK_WITHIN} bytes")
    item = words[words.index(_BLOCK_START) + 1]
    if item & 0xFF != _IMAGE_TYPE or item >> 16 != _EXECUTABLE_ARM:
        raise Crash(f"the image definition {item:#010x} is not that of a program for the Arm cores")
    return origin
