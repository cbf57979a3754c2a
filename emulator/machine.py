"""One run: memory, core, chip, light and presses put together."""

from __future__ import annotations

from typing import Any

from .bus import Bus
from .chips import Chip, Parts, nrf, rp, stm32
from .clock import SECOND, Clock
from .cpu import Cpu
from .failure import Failure
from .image import Image
from .light import Light
from .nvic import Nvic
from .scenario import Scenario, play
from .spec import Spec
from .talk import Talk
from .verdict import judge, judge_dark, judge_picture

_VENDORS = {"stm32": stm32.assemble, "nrf": nrf.assemble, "rp": rp.assemble}
# Names that the functions have which a panic leads to. Whichever of them are left in the image are
# watched; where none is, because the handler is a bare loop, the program is found not to sleep.
_PANICS = ("rust_begin_unwind", "panic_fmt", "panic_impl", "begin_panic_handler")
_WAKES = 100_000


class Machine:
    """A board with an image on it."""

    def __init__(self, spec: Spec, image: Image, programmed: dict[int, int] | None = None) -> None:
        self._spec, self._image = spec, image
        self._clock = Clock()
        self._nvic = Nvic()
        bus = Bus(self._nvic)
        self._bus = bus
        self.cpu = Cpu(spec, image, bus, self._nvic)
        self._chip = self._assemble(Parts(spec, image, bus, self._nvic, self._clock, self.cpu))
        bus.program(programmed or {})
        self._light = Light(self._clock, self._chip.pins, spec.light) if spec.light else None
        self._wakes = 0
        self._watch_panics()

    def _assemble(self, parts: Parts) -> Chip:
        if self._spec.vendor not in _VENDORS:
            raise Failure(f"there is no vendor `{self._spec.vendor}`; there are {', '.join(_VENDORS)}")
        return _VENDORS[self._spec.vendor](parts)

    def _watch_panics(self) -> None:
        for symbol in self._image.symbols:
            if symbol.is_function and any(name in symbol.name for name in _PANICS):
                self.cpu.break_at(symbol.address, "the program panicked")

    def after_reset(self) -> Machine:
        """The same board, once it has been reset: what was programmed is still there."""
        return Machine(self._spec, self._image, self._bus.programmed())

    def run(self) -> dict[str, Any]:
        """Runs the scenario; the report."""
        talk = self._talk()
        scenario = Scenario((), talk.end) if talk else play(self._spec, self._clock, self._chip.pins)
        self.cpu.reset(self._chip.vectors)
        self._live(scenario)
        return {
            "ok": True,
            "chip": self._spec.chip,
            "seconds": scenario.end / SECOND,
            "wakes": self._wakes,
            "log_bytes": self._log_bytes(),
            **self._chip.timer.describe(),
            **(self._judge_talk(talk) if talk else self._judge(scenario)),
        }

    def _talk(self) -> Talk | None:
        if self._spec.console is None:
            return None
        if self._chip.uart is None:
            raise Failure(f"of the serial ports of `{self._spec.chip}` nothing is known here")
        return Talk(self._spec.console.lines, self._clock, self._chip.uart)

    def _judge(self, scenario: Scenario) -> dict[str, Any]:
        if self._light is None:
            return judge_dark(self._wakes, self._log_bytes())
        return judge(self._spec, scenario, self._light)

    def _judge_talk(self, talk: Talk) -> dict[str, Any]:
        answers = talk.judge(self._light)
        return answers | (judge_picture(self._spec, self._light) if self._light else {})

    def _live(self, scenario: Scenario) -> None:
        """Run, sleep, wake, until it is over."""
        while True:
            self.cpu.sleep()
            self._bus.rested()
            now = self._next_event(scenario.end)
            self._clock.pass_to(now)
            if now >= scenario.end:
                return
            self._chip.timer.sync()

    def _next_event(self, end: int) -> int:
        """When the sleep ends. An alarm counts as a wake."""
        alarm, plan = self._chip.timer.next_alarm(), self._clock.next_plan()
        if alarm is not None and alarm <= min(end, end if plan is None else plan):
            self._wakes += 1
            if self._wakes > _WAKES:
                raise Failure(f"the timer woke the program {_WAKES} times: it does not rest")
        return min(each for each in (alarm, plan, end) if each is not None)

    def _log_bytes(self) -> int | None:
        """How many bytes the program logged through RTT: the position in its ring, if it never wrapped."""
        block = self._image.address_of("_SEGGER_RTT")
        # Behind sixteen bytes of name and two counts: name, buffer, size and write position.
        return None if block is None else self.cpu.word(block + 24 + 12)
