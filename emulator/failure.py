"""What ends a run that did not go well."""

from __future__ import annotations


class Failure(Exception):
    """The image, the board or the spec is not as stated. The message is for people."""


class Reset(Exception):
    """The program asked for a reset, as an nRF's does once it has changed what a reset reads."""


class Crash(Failure):
    """The core could not go on: a panic, a fault, or it never came to rest. Worth a call stack."""
