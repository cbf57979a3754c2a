"""What the caller says about the chip and the board: a JSON object.

```json
{
  "chip": "stm32f411re",            name of the chip, as its hardware abstraction layer has it
  "vendor": "stm32",                "stm32", "nrf" or "rp"
  "core": "m4",                     "m0", "m3", "m4", "m7" or "m33"
  "flash": [134217728, 524288],     origin and length; for a chip without flash: where the image lies
  "ram": [536870912, 131072],
  "led": {"pin": "PA5", "lit": "High"},
  "button": {"pin": "PC13", "pressed": "Low", "settle": 20},
  "expect": [500, 200, 50]
}
```

`led` may also be `{"rows": [...], "columns": [...], "picture": [".#.#.", ...]}`, a matrix whose diodes
are lit where a row is high and a column low, or `null` for a program that only logs.

`button` has the level while pressed and for how many milliseconds a level has to last to count. Without
a button there may be `"every": 5000`: the program presses for itself, after so many milliseconds each.

`console`, if given, is the serial port of a program that answers lines: `{"uart": "USART2", "address":
1073759232, "interrupt": "USART2", "registers": "v2", "tx": "PA2", "rx": "PA3", "lines": [...]}`. Where it
is and what its registers are like has to be said of an STM32's only. Each line is `{"send": "led on\\r\\n",
"answer": "the light is on\\r\\n", "lit": true}`; `lit` may be `null`, and `"garbled": 3` says which byte
loses its stop bit. `expect` is empty then.

`expect` holds the half periods in milliseconds, one for each press in turn, the first before any press;
after the last comes the first again. `flashes`, if given, is for how many milliseconds the light is lit each
time; then `expect` holds whole periods, from flash to flash. `seconds`, if given, is for how long a program without light runs.

`shared`, if given, is memory that the program has in common with another core's, as `ram` is given.

`tick_hz`, if given, is what `embassy-time` counts with on an STM32, where it is not the usual 1,000,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .failure import Failure


@dataclass(frozen=True)
class Region:
    """A run of memory."""

    origin: int
    length: int

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.origin + self.length

    def holds(self, address: int, length: int = 1) -> bool:
        """Whether so many bytes from that address lie in it."""
        return self.origin <= address and address + length <= self.end


@dataclass(frozen=True)
class Led:
    """A diode on a pin."""

    pin: str
    lit_high: bool


@dataclass(frozen=True)
class Matrix:
    """Diodes at the crossings of rows (lit while high) and columns (lit while low)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    picture: tuple[str, ...] | None


@dataclass(frozen=True)
class Button:
    """A button on a pin, and how many milliseconds a level has to last to count."""

    pin: str
    pressed_high: bool
    settle: int


@dataclass(frozen=True)
class Line:
    """What is said to a console, and what it has to answer; which byte of it is garbled, if any."""

    sent: bytes
    answer: str
    lit: bool | None
    garbled: int | None


@dataclass(frozen=True)
class Console:
    """A serial port, and what is said at it."""

    uart: str
    address: int
    interrupt: str
    registers: str
    tx: str
    rx: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Spec:
    """All of it."""

    chip: str
    vendor: str
    core: str
    flash: Region
    ram: Region
    shared: Region | None
    light: Led | Matrix | None
    button: Button | None
    console: Console | None
    every: int | None
    flashes: int | None
    expect: tuple[int, ...]
    seconds: float
    tick_hz: int

    @staticmethod
    def parse(data: dict[str, Any]) -> Spec:
        """Reads the object; a key that is missing or unknown is an error."""
        known = {"chip", "vendor", "core", "flash", "ram", "led", "button", "every", "expect"}
        known |= {"console", "flashes", "seconds", "shared", "tick_hz"}
        if unknown := set(data) - known:
            raise Failure(f"the spec has unknown keys: {', '.join(sorted(unknown))}")
        try:
            return Spec(
                chip=data["chip"],
                vendor=data["vendor"],
                core=data["core"],
                flash=Region(*data["flash"]),
                ram=Region(*data["ram"]),
                shared=Region(*data["shared"]) if "shared" in data else None,
                light=_light(data["led"]),
                button=_button(data["button"]),
                console=_console(data.get("console")),
                every=data.get("every"),
                flashes=data.get("flashes"),
                expect=tuple(data.get("expect", ())),
                seconds=float(data.get("seconds", 12)),
                tick_hz=data.get("tick_hz", 1_000_000),
            )
        except (KeyError, TypeError) as error:
            raise Failure(f"the spec is not as it should be: {error!r}") from error


def _light(data: dict[str, Any] | None) -> Led | Matrix | None:
    if data is None:
        return None
    if "pin" in data:
        return Led(data["pin"], _is_high(data["lit"]))
    picture = data.get("picture")
    return Matrix(tuple(data["rows"]), tuple(data["columns"]), tuple(picture) if picture else None)


def _button(data: dict[str, Any] | None) -> Button | None:
    if data is None:
        return None
    return Button(data["pin"], _is_high(data["pressed"]), data.get("settle", 20))


def _console(data: dict[str, Any] | None) -> Console | None:
    if data is None:
        return None
    lines = tuple(
        Line(each["send"].encode("latin-1"), each["answer"], each["lit"], each.get("garbled"))
        for each in data["lines"]
    )
    words = ("uart", "address", "interrupt", "registers", "tx", "rx")
    return Console(**{word: data[word] for word in words}, lines=lines)


def _is_high(level: str) -> bool:
    if level not in ("High", "Low"):
        raise Failure(f"a level is `High` or `Low`, not `{level}`")
    return level == "High"
