"""STM32N6: its clock control, which unlike on other STM32 is written through registers that set and clear.

The registers of RCC appear three times: as they are, where ones set bits (0x800 further on) and where
ones clear them (0x1000 further on). What the program switches on with one of these it then awaits in the
status register, whose bits are those of the control register. Offsets: `stm32-metapac`,
src/peripherals/rcc_n6.rs.
"""

from __future__ import annotations

BASE, LENGTH = 0x4602_8000, 0x1800
_WINDOW = 0x800
_CONTROL, _STATUS = 0x00, 0x04
# As its boot ROM is taken to hand over: the internal oscillator runs, and so does the first PLL. With that
# off, `embassy_stm32::init` panics on its default configuration (src/rcc/n6.rs, `pll_source_ready`).
_HANDED_OVER = 1 << 3 | 1 << 8


class Rcc:
    """Registers that hold their bits; whatever is switched on is ready."""

    def __init__(self) -> None:
        self._registers = {_CONTROL: _HANDED_OVER}

    def read(self, offset: int) -> int | None:
        """The status is what control says; a register that was never written is polled like any other."""
        offset %= _WINDOW
        return self._registers.get(_CONTROL if offset == _STATUS else offset)

    def write(self, offset: int, value: int) -> bool:
        """Writes, sets or clears."""
        way, register = divmod(offset, _WINDOW)
        bits = self._registers.get(register, 0)
        self._registers[register] = (value, bits | value, bits & ~value)[way]
        return True
