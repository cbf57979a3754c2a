"""The core: Unicorn runs its instructions, this module does what Unicorn leaves out.

Unicorn has no interrupts of Cortex-M, and neither `WFE` nor `SEV` do anything in it. So each place in
the code that holds one of these instructions is watched, as are those that unmask interrupts; handlers
are entered and left here, with the stack frame of the architecture.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import Enum, auto

import unicorn
from unicorn import arm_const as arm

from .bus import Bus
from .failure import Crash, Failure, Reset
from .image import Image
from .nvic import Nvic
from .spec import Region, Spec

_MODELS = {
    "m0": arm.UC_CPU_ARM_CORTEX_M0,
    "m3": arm.UC_CPU_ARM_CORTEX_M3,
    "m4": arm.UC_CPU_ARM_CORTEX_M4,
    "m7": arm.UC_CPU_ARM_CORTEX_M7,
    "m33": arm.UC_CPU_ARM_CORTEX_M33,
}
_WFE, _WFI, _SEV = 0xBF20, 0xBF30, 0xBF40
# Unmasking: `cpsie i`; `msr primask, rN`, whose second half tells it, starts with one of these.
_CPSIE = 0xB662
_MSR, _MSR_PRIMASK = 0xF380, 0x8810
_PAGE = 0x1000
# What the link register holds in a handler: return to thread mode or to a handler, main stack.
_TO_THREAD, _TO_HANDLER = 0xFFFF_FFF9, 0xFFFF_FFF1
_RETURN = 0xFFFF_FF00
# Instructions that the core may run without sleeping. Start-up code that waits takes some 100,000.
_RESTLESS = 20_000_000
_RESTLESS_HANDLERS = 10_000
# Memory that nothing has written: a program that counts on zeros would not get far.
_JUNK = b"\xa5"
_ERASED = b"\xff"
_FRAME = (
    arm.UC_ARM_REG_R0,
    arm.UC_ARM_REG_R1,
    arm.UC_ARM_REG_R2,
    arm.UC_ARM_REG_R3,
    arm.UC_ARM_REG_R12,
    arm.UC_ARM_REG_LR,
    arm.UC_ARM_REG_PC,
    arm.UC_ARM_REG_XPSR,
)
# What a handler may use of the floating-point unit without saving it.
_FLOATS = (*(getattr(arm, f"UC_ARM_REG_D{number}") for number in range(8)), arm.UC_ARM_REG_FPSCR)
_WITH_FLOATS = ("m4", "m7", "m33")
_THUMB = 1 << 24
_ALIGNED = 1 << 9
REGISTERS = tuple(getattr(arm, f"UC_ARM_REG_R{number}") for number in range(13)) + (
    arm.UC_ARM_REG_SP,
    arm.UC_ARM_REG_LR,
    arm.UC_ARM_REG_PC,
)


class Stop(Enum):
    """Why the core came to a halt."""

    SLEEP = auto()
    AWAKE = auto()
    UNMASKED = auto()
    RETURN = auto()


class Cpu:
    """A core, its memory and its bus."""

    def __init__(self, spec: Spec, image: Image, bus: Bus, nvic: Nvic) -> None:
        self._bus = bus
        self._nvic = nvic
        self._event = False
        self._stop: Stop | None = None
        self._halted: Crash | Reset | None = None
        self._floats: list[list[int]] = []
        self._uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        if spec.core not in _MODELS:
            raise Failure(f"there is no core `{spec.core}`; there are {', '.join(_MODELS)}")
        self._uc.ctl_set_cpu_model(_MODELS[spec.core])
        self._float_registers = _FLOATS if spec.core in _WITH_FLOATS else ()
        self._map_memory(spec.flash, _ERASED, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        self._map_memory(spec.ram, _JUNK, unicorn.UC_PROT_ALL)
        if spec.shared:
            self._map_memory(spec.shared, _JUNK, unicorn.UC_PROT_ALL)
        self._flash(image, spec)
        self.map_bus(0x4000_0000, 0x2000_0000)
        self.map_bus(0xE000_0000, 0x0010_0000)
        self._watch_code(image)
        self._uc.hook_add(unicorn.UC_HOOK_INTR, self._on_exception)
        self._uc.hook_add(unicorn.UC_HOOK_MEM_INVALID, self._on_invalid)

    # Memory

    def _map_memory(self, region: Region, fill: bytes, rights: int) -> None:
        """Maps it, with guards where it does not fill its pages."""
        start = region.origin & ~(_PAGE - 1)
        end = -(-region.end // _PAGE) * _PAGE
        self._uc.mem_map(start, end - start, rights)
        self._uc.mem_write(region.origin, fill * region.length)
        for low, high in ((start, region.origin), (region.end, end)):
            if low < high:
                kinds = unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE
                self._uc.hook_add(kinds, self._on_outside, begin=low, end=high - 1)

    def _flash(self, image: Image, spec: Spec) -> None:
        for segment in image.segments:
            if not spec.flash.holds(segment.flashed, len(segment.data)):
                raise Failure(
                    f"{len(segment.data)} bytes are to be flashed to {segment.flashed:#010x}, but flash "
                    f"is from {spec.flash.origin:#010x} to {spec.flash.end:#010x}"
                )
            self._uc.mem_write(segment.flashed, segment.data)

    def map_bus(self, origin: int, length: int) -> None:
        """Has the bus answer at these addresses."""

        def read(_uc: object, offset: int, size: int, _data: object) -> int:
            return self._guarded(lambda: self._bus.read(origin + offset, size)) or 0

        def write(_uc: object, offset: int, size: int, value: int, _data: object) -> None:
            self._guarded(lambda: self._bus.write(origin + offset, size, value))

        self._uc.mmio_map(origin, length, read, None, write, None)

    def _guarded(self, action: Callable[[], int | None]) -> int | None:
        """Exceptions do not pass through Unicorn: they are kept until it has stopped."""
        try:
            return action()
        except (Crash, Reset) as reason:
            self._halt(reason)
            return None

    def word(self, address: int) -> int:
        """A word of memory."""
        try:
            return struct.unpack("<I", self._uc.mem_read(address, 4))[0]
        except unicorn.UcError as error:
            raise Crash(f"there is no memory at {address:#010x}") from error

    def load(self, address: int, length: int) -> bytes:
        """Memory, as a peripheral reads it."""
        try:
            return bytes(self._uc.mem_read(address, length))
        except unicorn.UcError as error:
            raise Crash(f"a peripheral reads {length} bytes at {address:#010x}, where no memory is") from error

    def store(self, address: int, data: bytes) -> None:
        """Memory, as a peripheral writes it."""
        try:
            self._uc.mem_write(address, data)
        except unicorn.UcError as error:
            raise Crash(f"a peripheral writes to {address:#010x}, where no memory is") from error

    # Code that is watched

    def _watch_code(self, image: Image) -> None:
        """Every half word that looks like one of the instructions: the others are never run as such."""
        for segment in image.segments:
            if not segment.executable:
                continue
            halves = memoryview(segment.data[: len(segment.data) & ~1]).cast("H")
            for index, half in enumerate(halves):
                address = segment.address + 2 * index
                if half in (_WFE, _WFI, _SEV):
                    self._watch(address, self._on_hint, half)
                elif half == _CPSIE:
                    self._watch(address + 2, self._on_unmask)
                elif half & 0xFFF0 == _MSR and halves[index + 1 : index + 2].tolist() == [_MSR_PRIMASK]:
                    self._watch(address + 4, self._on_unmask)

    def _watch(self, address: int, action: Callable[..., None], data: object = None) -> None:
        self._uc.hook_add(unicorn.UC_HOOK_CODE, action, data, begin=address, end=address)

    def break_at(self, address: int, message: str) -> None:
        """Reaching that address is a crash."""
        self._watch(address, lambda *_: self._halt(Crash(message)))

    def _on_hint(self, uc: unicorn.Uc, _address: int, _size: int, half: int) -> None:
        if half == _SEV:
            self._event = True
            return
        # Unicorn does not get past either: both are skipped, whether or not the core sleeps.
        awake = half == _WFE and self._event
        self._event = False
        self._stop = Stop.AWAKE if awake else Stop.SLEEP
        uc.emu_stop()

    def _on_unmask(self, uc: unicorn.Uc, *_: object) -> None:
        if self._nvic.due() is not None and not self._masked():
            self._stop = Stop.UNMASKED
            uc.emu_stop()

    def _on_exception(self, _uc: unicorn.Uc, number: int, _data: object) -> None:
        names = {1: "an undefined instruction", 2: "a supervisor call", 7: "a breakpoint"}
        if number == 8:
            self._stop = Stop.RETURN
            self._uc.emu_stop()
            return
        self._halt(Crash(f"fault: {names.get(number, f'exception {number}')}"))

    def _on_invalid(self, _uc: unicorn.Uc, kind: int, address: int, size: int, *_: object) -> bool:
        """An access that memory does not allow. Returning from a handler looks like one, too."""
        if kind in (unicorn.UC_MEM_FETCH_UNMAPPED, unicorn.UC_MEM_FETCH_PROT):
            if address < _RETURN:
                self._halt(Crash(f"fault: the code at {address:#010x} is none"))
        elif kind == unicorn.UC_MEM_WRITE_PROT:
            self._halt(Crash(f"fault: {size} bytes are written to flash, at {address:#010x}"))
        else:
            self._on_outside(_uc, kind, address, size)
        return False

    def _on_outside(self, _uc: unicorn.Uc, _kind: int, address: int, size: int, *_: object) -> None:
        self._halt(Crash(f"fault: {size} bytes at {address:#010x}, where the chip has no memory"))

    def _halt(self, reason: Crash | Reset) -> None:
        self._halted = self._halted or reason
        self._uc.emu_stop()

    # Running

    def reset(self, vectors: int) -> None:
        """Starts at the vector table there."""
        self._nvic.vtor = vectors
        self._uc.reg_write(arm.UC_ARM_REG_SP, self.word(vectors))
        self._uc.reg_write(arm.UC_ARM_REG_LR, 0xFFFF_FFFF)
        self._jump(self.word(vectors + 4))

    def _jump(self, vector: int) -> None:
        """To where a vector leads."""
        if not vector & 1:
            raise Crash(f"fault: the vector {vector:#010x} lacks the thumb bit")
        self._uc.reg_write(arm.UC_ARM_REG_PC, vector)

    def sleep(self) -> None:
        """Runs until the core sleeps, with interrupts taken as they come."""
        taken = 0
        while True:
            number = None if self._masked() else self._nvic.due()
            if number is not None:
                self._enter(number)
                taken += 1
            if taken > _RESTLESS_HANDLERS:
                raise Crash(f"exception {number} comes over and over: what raises it is never cleared")
            stop = self._run()
            if stop in (Stop.SLEEP, Stop.AWAKE):
                # Past the instruction: an interrupt that ends the sleep returns behind it.
                self._uc.reg_write(arm.UC_ARM_REG_PC, self.pc + 2 | 1)
                if stop is Stop.SLEEP and self._nvic.due() is None:
                    return
            elif stop is Stop.RETURN:
                self._leave()

    def _run(self) -> Stop:
        self._stop = None
        try:
            self._uc.emu_start(self.pc | 1, 0, count=_RESTLESS)
        except unicorn.UcError as error:
            if self.pc >= _RETURN & ~1:
                return Stop.RETURN
            raise self._halted or Crash(f"fault: {error}") from error
        if self._halted:
            raise self._halted
        if self._stop is None:
            if self.pc >= _RETURN & ~1:
                return Stop.RETURN
            raise Crash(f"the program never sleeps: {_RESTLESS} instructions in a row")
        return self._stop

    def _masked(self) -> bool:
        return bool(self._uc.reg_read(arm.UC_ARM_REG_PRIMASK) & 1)

    @property
    def pc(self) -> int:
        """Where the core is."""
        return self._uc.reg_read(arm.UC_ARM_REG_PC) & ~1

    def registers(self) -> list[int]:
        """R0 to R15."""
        return [self._uc.reg_read(register) for register in REGISTERS]

    # Handlers

    def _enter(self, number: int) -> None:
        sp = self._uc.reg_read(arm.UC_ARM_REG_SP)
        frame = [self._uc.reg_read(register) for register in _FRAME]
        padded = sp & 4
        frame[6] &= ~1
        frame[7] = frame[7] & ~_ALIGNED | _THUMB | (_ALIGNED if padded else 0)
        sp = (sp & ~7) - 32
        try:
            self._uc.mem_write(sp, struct.pack("<8I", *(each & 0xFFFF_FFFF for each in frame)))
        except unicorn.UcError as error:
            raise Crash(f"fault: no memory for a stack frame at {sp:#010x}") from error
        # The core would save these on the stack as well; kept here they take no room there.
        self._floats.append([self._uc.reg_read(register) for register in self._float_registers])
        nested = bool(self._nvic.active)
        self._nvic.enter(number)
        self._uc.reg_write(arm.UC_ARM_REG_SP, sp)
        self._uc.reg_write(arm.UC_ARM_REG_LR, _TO_HANDLER if nested else _TO_THREAD)
        self._jump(self.word(self._nvic.vtor + 4 * number))

    def _leave(self) -> None:
        self._nvic.leave()
        for register, value in zip(self._float_registers, self._floats.pop(), strict=True):
            self._uc.reg_write(register, value)
        # Returning from a handler is an event, so the sleep after it is none.
        self._event = True
        sp = self._uc.reg_read(arm.UC_ARM_REG_SP)
        frame = struct.unpack("<8I", self._uc.mem_read(sp, 32))
        for register, value in zip(_FRAME[:6], frame[:6], strict=True):
            self._uc.reg_write(register, value)
        self._uc.reg_write(arm.UC_ARM_REG_SP, sp + 32 | (4 if frame[7] & _ALIGNED else 0))
        self._uc.reg_write(arm.UC_ARM_REG_XPSR, frame[7] & ~_ALIGNED)
        self._uc.reg_write(arm.UC_ARM_REG_PC, frame[6] | 1)
