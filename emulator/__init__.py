"""Boots the release image of a Cortex-M chip on this machine, in virtual time, and judges its light, or
what its console answers.

`python3 -m emulator IMAGE.elf --spec SPEC.json` runs the image as it is (nothing in it is changed) on
Unicorn's processor core. Around the core stand models of what a blinking program cannot do without:
the interrupt controller, the timer that `embassy-time` counts with, and the pins; and of the serial port
of a program that answers lines, whose bytes take no time to go out. Every other register
gives back what was written to it, and a register that is polled in vain is answered by
`emulator.polls`.

What a pass proves: with the memory of this very chip the image starts, its executor sleeps, its timer
wakes it, the light is on the stated pin and lit at the stated level, and changes when it should, also
after presses of the button. So: it boots under emulation.

What it does not prove: that the clocks are what they are taken for (the tick rate is assumed), that
peripherals beyond these work, what analogue parts, radio, DMA or a second core do, or that the board's
wiring is what the catalogue says. Nothing here is verified on hardware.

The rooms, from the outside in:

| module | room for |
|---|---|
| `__main__` | arguments, JSON, exit code |
| `spec` | what the caller says about chip and board |
| `machine` | one run: memory, core, chip, light and presses put together |
| `scenario`, `verdict` | when the button is pressed, what the light then has to do, whether it did |
| `talk` | what is said to a console, when, and whether it answers as it has to |
| `light` | which pins make the light lit, and when that changed |
| `chips` | for each vendor: what is where, and what has to be in flash |
| `gpio`, `timers`, `uarts` | the models of pins, of time drivers and of serial ports |
| `bus`, `polls` | registers, and answers for those that are polled |
| `cpu`, `nvic`, `clock` | the core, its interrupts, its time |
| `image`, `backtrace` | the ELF file; who called whom when something went wrong |
"""
