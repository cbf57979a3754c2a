"""What is where on the chips of each vendor, and what has to be in flash for them to start."""

from __future__ import annotations

from dataclasses import dataclass

from ..bus import Bus
from ..clock import Clock
from ..cpu import Cpu
from ..gpio import Pins
from ..image import Image
from ..nvic import Nvic
from ..spec import Spec
from ..timers import TimeDriver
from ..uarts import Uart


@dataclass(frozen=True)
class Parts:
    """What a chip is put together from."""

    spec: Spec
    image: Image
    bus: Bus
    nvic: Nvic
    clock: Clock
    cpu: Cpu


@dataclass(frozen=True)
class Chip:
    """A chip that is ready to run."""

    pins: Pins
    timer: TimeDriver
    vectors: int
    # Where the spec names one.
    uart: Uart | None = None
