"""Who called whom when the core could not go on, with file and line where the image tells.

Read with pyelftools, and only when something went wrong: for a good run that would take too long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from elftools.dwarf.callframe import FDE
from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.die import DIE
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.elf.elffile import ELFFile

from .cpu import Cpu
from .failure import Crash
from .image import Image

_SP, _LR, _PC = 13, 14, 15
_DEEPEST = 40
# From here on the link register holds no address: it says how to return from a handler.
_RETURN = 0xFFFF_FF00
_FRAME = 32
_CODE = ("DW_TAG_subprogram", "DW_TAG_inlined_subroutine")


def print_backtrace(image: Image, cpu: Cpu, out: TextIO) -> None:
    """Prints the stack, innermost first."""
    with image.path.open("rb") as file:
        elf = ELFFile(file)
        dwarf = elf.get_dwarf_info() if elf.has_dwarf_info() else None
        places = _Places(image, dwarf)
        unwinder = _Unwinder(cpu, dwarf)
        for number, address in enumerate(unwinder.addresses()):
            print(f"{number:>4}: {address:#010x}", file=out)
            for text in places.at(address):
                print(f"      {text}", file=out)


class _Unwinder:
    """Walks from frame to frame."""

    def __init__(self, cpu: Cpu, dwarf: DWARFInfo | None) -> None:
        self._cpu = cpu
        self._frames = [
            each
            for each in (dwarf.CFI_entries() if dwarf and dwarf.has_CFI() else [])
            if isinstance(each, FDE)
        ]

    def addresses(self) -> Iterator[int]:
        """Where each frame is: the innermost exactly, the others within the call."""
        registers = self._cpu.registers()
        address = registers[_PC] & ~1
        for _ in range(_DEEPEST):
            yield address
            try:
                caller = self._caller(registers, address)
            except Crash:
                return
            if caller is None or caller[_PC] in (0, 0xFFFF_FFFE):
                return
            in_call = registers[_LR] < _RETURN
            registers = caller
            address = caller[_PC] - (2 if in_call else 0)

    def _caller(self, registers: list[int], address: int) -> list[int] | None:
        rules = self._rules(address)
        if rules is None:
            # Without rules: a function that has saved nothing yet.
            return self._returned(list(registers), registers[_LR])
        cfa_rule = rules["cfa"]
        if cfa_rule.reg is None:
            return None
        cfa = registers[cfa_rule.reg] + cfa_rule.offset & 0xFFFF_FFFF
        caller = list(registers)
        for number, rule in rules.items():
            if isinstance(number, int) and rule.type == "OFFSET":
                caller[number] = self._cpu.word(cfa + rule.arg)
        link = caller[_LR]
        caller[_SP] = cfa
        return self._returned(caller, link)

    def _returned(self, caller: list[int], link: int) -> list[int] | None:
        if link == 0xFFFF_FFFF:
            return None
        if link >= _RETURN:
            return self._interrupted(caller)
        if caller[_PC] & ~1 == link & ~1:
            return None
        caller[_PC] = link & ~1
        return caller

    def _interrupted(self, caller: list[int]) -> list[int]:
        """What the core itself saved when it entered a handler."""
        frame = [self._cpu.word(caller[_SP] + 4 * each) for each in range(8)]
        caller[0:4], caller[12], caller[_LR], caller[_PC] = frame[0:4], frame[4], frame[5], frame[6] & ~1
        caller[_SP] += _FRAME
        return caller

    def _rules(self, address: int) -> dict[Any, Any] | None:
        for entry in self._frames:
            start = entry["initial_location"]
            if start <= address < start + entry["address_range"]:
                rows = [row for row in entry.get_decoded().table if row["pc"] <= address]
                return rows[-1] if rows else None
        return None


@dataclass(frozen=True)
class _Call:
    """A function at an address, and where it was called from if it was inlined."""

    name: str
    called_from: tuple[int, int] | None


class _Places:
    """Names, files and lines."""

    def __init__(self, image: Image, dwarf: DWARFInfo | None) -> None:
        self._image, self._dwarf = image, dwarf

    def at(self, address: int) -> list[str]:
        """The function at an address, and those that it was inlined into."""
        unit = self._unit(address)
        calls = list(self._calls(unit, address)) if unit else []
        if not unit or not calls:
            symbol = self._image.function_at(address)
            return [symbol.name if symbol else "no function"]
        place = self._line(unit, address)
        texts = []
        for call in reversed(calls):
            texts.append(f"{call.name} at {self._name_place(unit, place)}")
            place = call.called_from
        return texts

    def _unit(self, address: int) -> CompileUnit | None:
        if self._dwarf is None:
            return None
        ranges = self._dwarf.get_aranges()
        offset = ranges.cu_offset_at_addr(address) if ranges else None
        if offset is not None:
            return self._dwarf.get_CU_at(offset)
        units = self._dwarf.iter_CUs()
        return next((unit for unit in units if self._covers(unit.get_top_DIE(), address)), None)

    def _calls(self, unit: CompileUnit, address: int) -> Iterator[_Call]:
        """From the function inwards."""
        die = unit.get_top_DIE()
        while die is not None:
            if die.tag in _CODE:
                yield _Call(_name(die), _called_from(die))
            die = self._inner(die, address)

    def _inner(self, die: DIE, address: int) -> DIE | None:
        for child in die.iter_children():
            if child.tag in ("DW_TAG_namespace", "DW_TAG_structure_type", "DW_TAG_enumeration_type"):
                found = self._inner(child, address)
                if found is not None:
                    return found
            elif child.tag == "DW_TAG_lexical_block" and self._covers(child, address):
                return self._inner(child, address)
            elif child.tag in _CODE and self._covers(child, address):
                return child
        return None

    def _covers(self, die: DIE, address: int) -> bool:
        low, high = die.attributes.get("DW_AT_low_pc"), die.attributes.get("DW_AT_high_pc")
        if low and high:
            end = high.value if high.form == "DW_FORM_addr" else low.value + high.value
            return low.value <= address < end
        ranges = die.attributes.get("DW_AT_ranges")
        if ranges is None or self._dwarf is None:
            return False
        base = die.cu.get_top_DIE().attributes.get("DW_AT_low_pc")
        offset = base.value if base else 0
        lists = self._dwarf.range_lists().get_range_list_at_offset(ranges.value, die.cu)
        return any(
            offset + each.begin_offset <= address < offset + each.end_offset
            for each in lists
            if hasattr(each, "begin_offset")
        )

    def _line(self, unit: CompileUnit, address: int) -> tuple[int, int] | None:
        program = self._dwarf.line_program_for_CU(unit) if self._dwarf else None
        before = None
        for entry in program.get_entries() if program else []:
            state = entry.state
            if state is None:
                continue
            if before and before.address <= address < state.address and not before.end_sequence:
                return before.file, before.line
            before = state
        return None

    def _name_place(self, unit: CompileUnit, place: tuple[int, int] | None) -> str:
        if place is None or self._dwarf is None:
            return "an unknown line"
        header = self._dwarf.line_program_for_CU(unit).header
        first = 0 if header["version"] >= 5 else 1
        file = header["file_entry"][place[0] - first]
        folders = header["include_directory"]
        index = file["dir_index"] - first
        folder = folders[index].decode() if 0 <= index < len(folders) else ""
        return f"{Path(folder) / file['name'].decode()}:{place[1]}"


def _called_from(die: DIE) -> tuple[int, int] | None:
    file, line = die.attributes.get("DW_AT_call_file"), die.attributes.get("DW_AT_call_line")
    return (file.value, line.value) if file and line else None


def _name(die: DIE) -> str:
    """With the modules that it is in."""
    for reference in ("DW_AT_abstract_origin", "DW_AT_specification"):
        if reference in die.attributes:
            return _name(die.get_DIE_from_attribute(reference))
    words = []
    within: DIE | None = die
    while within is not None and within.tag != "DW_TAG_compile_unit":
        if "DW_AT_name" in within.attributes:
            words.append(within.attributes["DW_AT_name"].value.decode())
        within = within.get_parent()
    return "::".join(reversed(words)) or "a function without a name"
