"""nRF51, 52, 53, 54L and 91: ports, their events, and the counter that drives time.

Addresses and interrupts: `nrf-pac` 0.4, src/chips/*/pac.rs. Secure programs see peripherals at 0x5...,
non-secure ones at 0x4...; `embassy-nrf` tells them apart by the chip's name (`-s`, `-ns`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..failure import Failure
from ..gpio.nrf import PORT_LENGTH, Gpiote, GpioteLayout, NrfPins, PortLayout
from ..timers.nrf import Grtc, Rtc
from ..uarts import nrf as uarts
from ..uarts.nrf import Uarte
from . import Chip, Parts

# The ports of an nRF51 and 52 have these registers 0x500 behind where they start.
_NRF51 = PortLayout(out=0x004, latch=None, pin_cnf=0x200)
_NRF52 = PortLayout(out=0x004, latch=0x020, pin_cnf=0x200)
_NRF54 = PortLayout(out=0x000, latch=0x020, pin_cnf=0x080)

_PORT_EVENT = GpioteLayout(event=0x17C, enable=0x304, bit=1 << 31)
# On an nRF54L there is an event for each security domain; the secure ones come first among the enables.
_NRF54_SECURE = GpioteLayout(event=0x144, enable=0x304, bit=1 << 17)
_NRF54_NON_SECURE = GpioteLayout(event=0x140, enable=0x314, bit=1 << 16)
_BLOCK = 0x1000


@dataclass(frozen=True)
class Events:
    """A block of GPIOTE: where it is, its interrupt, and the ports that it listens to."""

    base: int
    irq: int
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Family:
    """Where a family has what."""

    ports: tuple[int, ...]
    layout: PortLayout
    events: tuple[Events, ...]
    event_layout: GpioteLayout
    timer: int
    timer_irq: int
    # Which of an nRF54L's counters the program sees; None where it is a plain RTC.
    domain: int | None
    # Factory and user information, which programs look at for errata: address and length.
    information: tuple[tuple[int, int], ...]


_INFORMATION_52 = ((0x1000_0000, 0x2000), (0xF000_0000, 0x1000))
_INFORMATION_53 = ((0x00FF_0000, 0x1_0000),)
_INFORMATION_53_NET = ((0x01FF_0000, 0x1_0000),)
_INFORMATION_54 = ((0x00FF_C000, 0x2000),)

_NRF51_FAMILY = Family(
    (0x5000_0500,),
    _NRF51,
    (Events(0x4000_6000, 6, (0,)),),
    _PORT_EVENT,
    0x4001_1000,
    17,
    None,
    _INFORMATION_52,
)
_NRF52_FAMILY = Family(
    (0x5000_0500, 0x5000_0800),
    _NRF52,
    (Events(0x4000_6000, 6, (0, 1)),),
    _PORT_EVENT,
    0x4001_1000,
    17,
    None,
    _INFORMATION_52,
)
_NRF53_NET_FAMILY = Family(
    (0x418C_0500, 0x418C_0800),
    _NRF52,
    (Events(0x4100_A000, 10, (0, 1)),),
    _PORT_EVENT,
    0x4101_6000,
    22,
    None,
    _INFORMATION_53_NET,
)


def _nrf53(secure: bool) -> Family:
    alias = 0x1000_0000 if secure else 0
    events = Events(0x5000_D000, 13, (0, 1)) if secure else Events(0x4002_F000, 47, (0, 1))
    ports = (0x4084_2500 + alias, 0x4084_2800 + alias)
    return Family(ports, _NRF52, (events,), _PORT_EVENT, 0x4001_5000 + alias, 21, None, _INFORMATION_53)


def _nrf91(secure: bool) -> Family:
    alias = 0x1000_0000 if secure else 0
    events = Events(0x5000_D000, 13, (0,)) if secure else Events(0x4003_1000, 49, (0,))
    return Family(
        (0x4084_2500 + alias,), _NRF52, (events,), _PORT_EVENT, 0x4001_5000 + alias, 21, None, _INFORMATION_53
    )


def _nrf54(secure: bool) -> Family:
    alias = 0x1000_0000 if secure else 0
    ports = (0x4010_A000, 0x400D_8200, 0x4005_0400, 0x400D_8600)
    second = 0 if secure else 1
    return Family(
        tuple(port + alias for port in ports),
        _NRF54,
        (Events(0x400D_A000 + alias, 218 + second, (1, 3)), Events(0x4010_C000 + alias, 268 + second, (0,))),
        _NRF54_SECURE if secure else _NRF54_NON_SECURE,
        0x400E_2000 + alias,
        228 if secure else 227,
        2 if secure else 1,
        _INFORMATION_54,
    )


def family_of(chip: str) -> Family:
    """`nrf5340-app-s` → the application core of an nRF53, secure."""
    secure = not chip.endswith("-ns")
    if re.fullmatch(r"nrf51\w*(-\w+)?", chip):
        return _NRF51_FAMILY
    if re.fullmatch(r"nrf52\w*(-\w+)?", chip):
        return _NRF52_FAMILY
    if chip.startswith("nrf5340-net"):
        return _NRF53_NET_FAMILY
    if chip.startswith("nrf5340"):
        return _nrf53(secure)
    if chip.startswith("nrf54l"):
        return _nrf54(secure)
    if chip.startswith("nrf91"):
        return _nrf91(secure)
    raise Failure(f"of the family of `{chip}` nothing is known here")


def assemble(parts: Parts) -> Chip:
    """Puts the models where this chip has them."""
    family = family_of(parts.spec.chip)
    pins = NrfPins()
    for events in family.events:
        gpiote = Gpiote(family.event_layout, parts.nvic, events.irq)
        parts.bus.attach(events.base, _BLOCK, gpiote)
        for number in events.ports:
            if number < len(family.ports):
                pins.add_port(number, family.layout, gpiote.detected)
    for number, base in enumerate(family.ports):
        port = pins.ports.get(number) or pins.add_port(number, family.layout, lambda: None)
        parts.bus.attach(base, PORT_LENGTH, port)
    for base, length in family.information:
        parts.cpu.map_bus(base, length)
        parts.bus.erase(range(base, base + length))
    return Chip(pins, _timer(parts, family), parts.spec.flash.origin, _uarte(parts))


# By name: where it is for programs that are not secure. The nRF53's network core has its own.
_UARTES = {
    "UARTE0": 0x4000_2000,
    "UARTE1": 0x4002_8000,
    "SERIAL0": 0x4000_8000,
    "SERIAL1": 0x4000_9000,
    "SERIAL20": 0x400C_6000,
    "SERIAL21": 0x400C_7000,
}
_NETWORK_UARTE = 0x4101_3000


def _uarte(parts: Parts) -> Uarte | None:
    """The console's port. An interrupt's number is that of the peripheral's place."""
    chip, console = parts.spec.chip, parts.spec.console
    if console is None or console.uart not in _UARTES:
        return None
    base = _NETWORK_UARTE if chip.startswith("nrf5340-net") else _UARTES[console.uart]
    has_worlds = re.match(r"nrf(5340-app|54l|91)", chip)
    if has_worlds and not chip.endswith("-ns"):
        base += 0x1000_0000
    layout = uarts.NRF54 if chip.startswith("nrf54l") else uarts.NRF52
    pins = (_number(console.tx), _number(console.rx))
    uarte = Uarte(layout, parts.cpu, parts.nvic, base >> 12 & 0x1FF, pins)
    parts.bus.attach(base, uarts.LENGTH, uarte)
    return uarte


def _number(pin: str) -> int:
    """`P1_04` as registers name it."""
    match = re.fullmatch(r"P(\d)_(\d\d)", pin)
    if not match:
        raise Failure(f"this chip has no pin `{pin}`")
    return int(match[1]) << 5 | int(match[2])


def _timer(parts: Parts, family: Family) -> Rtc | Grtc:
    timer: Rtc | Grtc
    if family.domain is None:
        timer = Rtc(parts.clock, parts.nvic, family.timer_irq, family.timer)
    else:
        timer = Grtc(parts.clock, parts.nvic, family.timer_irq, family.timer, family.domain)
    parts.bus.attach(family.timer, _BLOCK, timer)
    return timer
