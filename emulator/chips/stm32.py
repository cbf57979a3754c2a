"""STM32: ports, external interrupts, and the time driver, which is found at run time.

Addresses: `stm32-metapac` 21.0, the metadata of all its chips (src/chips/*/metadata.rs): within a series
they agree, and ports lie 0x400 apart in the order of their letters, except on the L1. Offsets:
src/peripherals/{gpio,exti,syscfg,afio}_*.rs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..failure import Failure
from ..gpio.stm32 import PORT_LENGTH, Exti, ExtiLayout, Stm32Pins
from ..image import Image
from ..timers.stm32 import Finder
from ..uarts import stm32 as uarts
from ..uarts.stm32 import Usart
from . import Chip, Parts, stm32n6

# No series has more ports than these, but for two; behind the last one other peripherals may lie.
_PORTS = "ABCDEFGHIJK"

# Rising, falling, pending, mask. First those with one register of pending lines.
_V1 = ExtiLayout(0x08, 0x0C, (0x14,), 0x00)
_H7 = ExtiLayout(0x00, 0x04, (0x88,), 0x80)
_W = ExtiLayout(0x00, 0x04, (0x0C,), 0x80)
_BOTH = ExtiLayout(0x00, 0x04, (0x0C, 0x10), 0x80)


@dataclass(frozen=True)
class Series:
    """Where a series has its first port and its external interrupts, and what says which port a line is
    for: the address of the first of four registers, and how many bits a line has in them."""

    ports: int
    exti: int
    layout: ExtiLayout
    choice: int
    choice_bits: int
    # Letters, in the order of their addresses.
    letters: str = _PORTS


_SERIES = {
    "c0": Series(0x5000_0000, 0x4002_1800, _BOTH, 0x4002_1860, 8),
    "f0": Series(0x4800_0000, 0x4001_0400, _V1, 0x4001_0008, 4),
    "f1": Series(0x4001_0800, 0x4001_0400, _V1, 0x4001_0008, 4, "ABCDEFG"),
    "f2": Series(0x4002_0000, 0x4001_3C00, _V1, 0x4001_3808, 4),
    "f3": Series(0x4800_0000, 0x4001_0400, _V1, 0x4001_0008, 4),
    "f4": Series(0x4002_0000, 0x4001_3C00, _V1, 0x4001_3808, 4),
    "f7": Series(0x4002_0000, 0x4001_3C00, _V1, 0x4001_3808, 4),
    "g0": Series(0x5000_0000, 0x4002_1800, _BOTH, 0x4002_1860, 8),
    "g4": Series(0x4800_0000, 0x4001_0400, _V1, 0x4001_0008, 4),
    "h5": Series(0x4202_0000, 0x4402_2000, _BOTH, 0x4402_2060, 8),
    "h7": Series(0x5802_0000, 0x5800_0000, _H7, 0x5800_0408, 4),
    "h7rs": Series(0x5802_0000, 0x5800_0000, _H7, 0x5800_0530, 4, "ABCDEFGHIJKLMNOP"),
    "l0": Series(0x5000_0000, 0x4001_0400, _V1, 0x4001_0008, 4),
    "l1": Series(0x4002_0000, 0x4001_0400, _V1, 0x4001_0008, 4, "ABCDEHFG"),
    "l4": Series(0x4800_0000, 0x4001_0400, _V1, 0x4001_0008, 4),
    "l5": Series(0x4202_0000, 0x4002_F400, _BOTH, 0x4002_F460, 8),
    "n6": Series(0x4602_0000, 0x4602_5000, _BOTH, 0x4602_5060, 8, "ABCDEFGHIJKLMNOPQ"),
    "u0": Series(0x5000_0000, 0x4002_1800, _BOTH, 0x4002_1860, 8),
    "u3": Series(0x4202_0000, 0x4003_2000, _BOTH, 0x4003_2060, 8),
    "u5": Series(0x4202_0000, 0x4602_2000, _BOTH, 0x4602_2060, 8),
    "wb": Series(0x4800_0000, 0x5800_0800, _W, 0x4001_0008, 4),
    "wba": Series(0x4202_0000, 0x4602_2000, _BOTH, 0x4602_2060, 8),
    "wl": Series(0x4800_0000, 0x5800_0800, _W, 0x4001_0008, 4),
}
# The second core of a WL has its own masks.
_SECOND_CORE = ExtiLayout(_W.rising, _W.falling, _W.pending, 0xC0)


def series_of(chip: str) -> str:
    """`stm32h7s3l8` → `h7rs`."""
    match = re.fullmatch(r"stm32(wba|wb|wl|[a-z]\d)(\w*)(-\w+)?", chip)
    if not match:
        raise Failure(f"`{chip}` is no STM32")
    series = "h7rs" if match[1] == "h7" and match[2][0] in "rs" else match[1]
    if series not in _SERIES:
        raise Failure(f"of the series of `{chip}` nothing is known here")
    return series


def assemble(parts: Parts) -> Chip:
    """Puts the models where this chip has them."""
    name = series_of(parts.spec.chip)
    series = _SERIES[name]
    vectors = parts.spec.flash.origin

    def port_of(line: int) -> int:
        register = parts.bus.stored(series.choice + line // 4 * 4)
        return register >> line % 4 * series.choice_bits & (1 << series.choice_bits) - 1

    layout = _SECOND_CORE if parts.spec.chip.endswith("cm0p") else series.layout
    exti = Exti(layout, parts.nvic, _line_interrupts(parts.image, vectors), port_of)
    parts.bus.attach(series.exti, 0x100, exti)
    pins = Stm32Pins(exti, is_f1=name == "f1")
    for place, letter in enumerate(series.letters):
        parts.bus.attach(series.ports + place * PORT_LENGTH, PORT_LENGTH, pins.add_port(letter))
    if name == "n6":
        parts.bus.attach(stm32n6.BASE, stm32n6.LENGTH, stm32n6.Rcc())
    handlers = parts.image.handlers(vectors)
    timer = Finder(parts.bus, parts.nvic, parts.clock, handlers, parts.spec.tick_hz)
    return Chip(pins, timer, vectors, _usart(parts, pins, handlers))


def _usart(parts: Parts, pins: Stm32Pins, handlers: dict[int, set[str]]) -> Usart | None:
    """The console's port. Its interrupt is the one whose handler is named after it."""
    console = parts.spec.console
    if console is None:
        return None
    irq = next((irq for irq, names in handlers.items() if console.interrupt in names), None)
    if irq is None:
        raise Failure(f"the image has no handler for `{console.interrupt}`")
    if console.registers not in uarts.LAYOUTS:
        raise Failure(f"there are no registers `{console.registers}`; there are {', '.join(uarts.LAYOUTS)}")
    layout = uarts.LAYOUTS[console.registers]
    usart = Usart(layout, parts.clock, parts.nvic, irq, lambda: pins.is_lent(console.tx))
    parts.bus.attach(console.address, uarts.LENGTH, usart)
    return usart


def _line_interrupts(image: Image, vectors: int) -> dict[int, int]:
    """Which interrupt a line raises: the image's handlers are named after what they are for.

    `EXTI0`, `EXTI0_1`, `EXTI9_5`, `EXTI2_TSC` are those of line 0, of 0 and 1, of 5 to 9, of 2.
    """
    handlers = image.handlers(vectors).items()
    return {line: irq for irq, names in handlers for name in names for line in _lines_of(name)}


def _lines_of(handler: str) -> range:
    match = re.match(r"EXTI(\d+)(?:_(\d+))?(?:_|$)", handler)
    if not match:
        return range(0)
    ends = [int(each) for each in match.groups() if each is not None]
    return range(min(ends), max(ends) + 1)
