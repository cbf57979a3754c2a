"""The ELF file: what is flashed where, and what the symbols are called."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .failure import Failure

_PT_LOAD, _SHT_SYMTAB, _STT_FUNC = 1, 2, 2
_EXECUTABLE = 1
_FIRST_IRQ_VECTOR = 16
_MOST_IRQS = 480
_DEFAULT = {"DefaultHandler", "DefaultHandler_"}


@dataclass(frozen=True)
class Segment:
    """Bytes, where they are flashed, and where they are when the program runs."""

    flashed: int
    address: int
    data: bytes
    executable: bool


@dataclass(frozen=True)
class Symbol:
    """A name for an address."""

    name: str
    address: int
    size: int
    is_function: bool


class Image:
    """A 32-bit little-endian ELF file. Read by hand: it takes a millisecond, a library a hundred."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._bytes = path.read_bytes()
        except OSError as error:
            raise Failure(f"{path}: {error}") from error
        if self._bytes[:6] != b"\x7fELF\x01\x01":
            raise Failure(f"{path} is not a 32-bit ELF file")
        (self._phoff, self._shoff) = struct.unpack_from("<II", self._bytes, 28)
        (self._phsize, self._phcount, self._shsize, self._shcount) = struct.unpack_from(
            "<HHHH", self._bytes, 42
        )

    @cached_property
    def segments(self) -> list[Segment]:
        """What is flashed."""
        found = []
        for index in range(self._phcount):
            kind, offset, virtual, physical, size, _, flags = struct.unpack_from(
                "<IIIIIII", self._bytes, self._phoff + index * self._phsize
            )
            if kind == _PT_LOAD and size:
                data = self._bytes[offset : offset + size]
                found.append(Segment(physical, virtual, data, bool(flags & _EXECUTABLE)))
        if not found:
            raise Failure(f"there is nothing to flash in {self.path}")
        return found

    @cached_property
    def symbols(self) -> list[Symbol]:
        """All symbols, by address."""
        found: list[Symbol] = []
        for index in range(self._shcount):
            header = struct.unpack_from("<10I", self._bytes, self._shoff + index * self._shsize)
            if header[1] == _SHT_SYMTAB:
                found += self._table(header[4], header[5], header[6])
        return sorted(found, key=lambda each: each.address)

    def _table(self, offset: int, size: int, strings: int) -> list[Symbol]:
        header = struct.unpack_from("<10I", self._bytes, self._shoff + strings * self._shsize)
        names = self._bytes[header[4] : header[4] + header[5]]
        found = []
        for name, value, length, info, _, section in struct.iter_unpack(
            "<IIIBBH", self._bytes[offset : offset + size]
        ):
            text = names[name : names.index(b"\0", name)].decode()
            if section and text and not text.startswith("$"):
                is_function = info & 0xF == _STT_FUNC
                found.append(Symbol(text, value & ~1 if is_function else value, length, is_function))
        return found

    def address_of(self, name: str) -> int | None:
        """Where a symbol is."""
        return next((each.address for each in self.symbols if each.name == name), None)

    def handlers(self, vectors: int) -> dict[int, set[str]]:
        """The interrupts of a vector table that have a handler of their own, with its names.

        Interrupts without one share the default handler, which is then called after all of them.
        """
        names: dict[int, set[str]] = {}
        for symbol in self.symbols:
            names.setdefault(symbol.address, set()).add(symbol.name)
        found = {}
        for irq in range(_MOST_IRQS):
            vector = self.flashed(vectors + 4 * (_FIRST_IRQ_VECTOR + irq), 4)
            if vector is None:
                break
            handler = names.get(int.from_bytes(vector, "little") & ~1, set())
            if handler and not handler & _DEFAULT:
                found[irq] = handler
        return found

    @cached_property
    def _functions(self) -> tuple[list[int], list[Symbol]]:
        functions = [each for each in self.symbols if each.is_function]
        return [each.address for each in functions], functions

    def function_at(self, address: int) -> Symbol | None:
        """The function that this address is in."""
        addresses, functions = self._functions
        place = bisect_right(addresses, address) - 1
        if place < 0 or address >= functions[place].address + max(functions[place].size, 2):
            return None
        return functions[place]

    def flashed(self, address: int, length: int) -> bytes | None:
        """The bytes that are flashed there."""
        for each in self.segments:
            start = address - each.flashed
            if start >= 0 and start + length <= len(each.data):
                return each.data[start : start + length]
        return None
