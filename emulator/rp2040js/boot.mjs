// Runs an RP2040's image on rp2040js and prints what happened on its pins, as JSON. The clocks there
// follow what the program sets up, so the times are those of the chip's clock tree. Who judges them is
// `emulator/rp2040js/__main__.py`, which starts this and writes its orders to standard input:
//
// {"image": path, "node": folder with node_modules, "end": ns, "led": pin, "plan": [[ns, pin, high]],
//  "uart": number, "bytes": [[ns, byte]]}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const orders = JSON.parse(readFileSync(0, 'utf8'));
const installed = createRequire(join(orders.node, 'package.json')).resolve('rp2040js');
const { ConsoleLogger, GPIOPinState, LogLevel, RP2040 } = (await import(pathToFileURL(installed))).default;

const FLASH = 0x10000000;
// Behind the second boot stage, which together with the boot ROM is stood in for here.
const VECTORS = FLASH + 0x100;
const PT_LOAD = 1;
const SEV = 0xbf40;
const UART_TX = 1 << 5;
const UART_DR = 0x00;
const UART_IMSC = 0x38;
const UART_DMACR = 0x48;
const FIRST_IRQ = 16;
// Instructions without sleep: more than any start takes.
const RESTLESS = 20_000_000;

/** Puts the image's segments into flash. */
function flash(mcu, path) {
  const elf = readFileSync(path);
  const start = elf.readUInt32LE(28);
  const size = elf.readUInt16LE(42);
  for (let index = 0; index < elf.readUInt16LE(44); index++) {
    const at = start + index * size;
    const [kind, offset, , physical, length] = [0, 4, 8, 12, 16].map((word) => elf.readUInt32LE(at + word));
    if (kind === PT_LOAD && length > 0) {
      mcu.flash.set(elf.subarray(offset, offset + length), physical - FLASH);
    }
  }
}

/** `SEV` does nothing in rp2040js: the event register has to be set, or the sleep after it is too long. */
function mendEvents(core) {
  const execute = core.executeInstruction.bind(core);
  core.executeInstruction = () => {
    if (core.rp2040.readUint16(core.PC & ~1) === SEV) {
      core.eventRegistered = true;
    }
    return execute();
  };
}

/** An interrupt that software has made pending stays so in rp2040js, and its handler never ends. */
function mendPending(mcu) {
  let lines = 0;
  const set = mcu.setInterrupt.bind(mcu);
  mcu.setInterrupt = (irq, high) => {
    lines = high ? lines | (1 << irq) : lines & ~(1 << irq);
    set(irq, high);
  };
  const enter = mcu.core.exceptionEntry.bind(mcu.core);
  mcu.core.exceptionEntry = (number) => {
    const bit = number >= FIRST_IRQ ? 1 << (number - FIRST_IRQ) : 0;
    mcu.core.pendingInterrupts &= ~(bit & ~lines);
    enter(number);
  };
}

/** The register for DMA reads as all ones in rp2040js, and the transmitter always interrupts. */
function mendUart(uart) {
  const [read, write] = [uart.readUint32.bind(uart), uart.writeUint32.bind(uart)];
  let dma = 0;
  uart.checkInterrupts = () => {
    uart.rp2040.setInterrupt(uart.irq, !!(uart.interruptStatus & uart.interruptMask));
  };
  uart.readUint32 = (offset) => (offset === UART_DMACR ? dma : read(offset));
  uart.writeUint32 = (offset, value) => {
    if (offset === UART_DMACR) {
      dma = value;
      return;
    }
    if (offset === UART_DR) {
      // Sent at once: there is room again.
      uart.interruptStatus |= UART_TX;
    }
    write(offset, value);
    if (offset === UART_DR || offset === UART_IMSC) {
      uart.checkInterrupts();
    }
  };
}

/** What the diode's pin does, and when which byte goes out of the UART. */
function watch(mcu) {
  const seen = { changes: [], sent: [] };
  mcu.gpio[orders.led].addListener((state) => {
    const level = { [GPIOPinState.High]: true, [GPIOPinState.Low]: false }[state] ?? null;
    seen.changes.push([Math.round(mcu.clock.nanos), level]);
  });
  mcu.uart[orders.uart].onByte = (byte) => {
    seen.sent.push([Math.round(mcu.clock.nanos), byte]);
  };
  return seen;
}

/** Runs until the end, with everything from outside on time. */
function run(mcu) {
  const presses = orders.plan.map(([at, pin, high]) => [at, () => mcu.gpio[pin].setInputValue(high)]);
  const bytes = orders.bytes.map(([at, byte]) => [at, () => mcu.uart[orders.uart].feedByte(byte)]);
  const plan = [...presses, ...bytes].sort(([first], [second]) => first - second);
  let awake = 0;
  while (mcu.clock.nanos < orders.end) {
    while (plan.length > 0 && plan[0][0] <= mcu.clock.nanos) {
      const [, happen] = plan.shift();
      happen();
    }
    if (!mcu.core.waiting) {
      const cycles = mcu.core.executeInstruction();
      mcu.clock.tick((cycles * 1e9) / mcu.clkSys);
      awake += 1;
      if (awake > RESTLESS) {
        throw new Error(`the program never sleeps: it is at 0x${mcu.core.PC.toString(16)}`);
      }
      continue;
    }
    awake = 0;
    const until = plan.length > 0 ? Math.min(plan[0][0], orders.end) : orders.end;
    const alarm = mcu.clock.nextAlarm ? mcu.clock.nanosToNextAlarm : Infinity;
    mcu.clock.tick(Math.max(Math.min(alarm, until - mcu.clock.nanos), 1));
  }
}

const mcu = new RP2040();
mcu.logger = new ConsoleLogger(LogLevel.Error, true);
flash(mcu, orders.image);
mendEvents(mcu.core);
mendPending(mcu);
mcu.uart.forEach(mendUart);
const seen = watch(mcu);
mcu.core.VTOR = VECTORS;
mcu.core.SP = mcu.flashView.getUint32(VECTORS - FLASH, true);
mcu.core.PC = mcu.flashView.getUint32(VECTORS - FLASH + 4, true) & ~1;
run(mcu);
console.log(JSON.stringify({ ...seen, clk_sys: mcu.clkSys }));
