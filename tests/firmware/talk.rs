//! What is said to a console, and what it has to answer; `emulator/talk.py` says it.

use cargo_async_init::catalog::boards::{Board, Light};
use serde_json::{Value, json};

use super::{moved, neighbour};

/// What commands and other lines are answered, and whether the light is lit then: with each of the ways to
/// end a line, and with what must not disturb the lines behind it.
const TALK: [(&str, &str, bool); 9] = [
    (
        "help\r\n",
        "commands: help, led on, led off, led toggle, uptime\r\n",
        false,
    ),
    ("led on\r\n", "the light is on\r\n", true),
    ("led toggle\r", "the light is off\r\n", false),
    ("  led   on\n", "the light is on\r\n", true),
    (
        GARBLED,
        "error: bytes were lost or garbled: send it again\r\n",
        true,
    ),
    (
        "l\u{e9}d off\r\n",
        "error: only ASCII text is understood\r\n",
        true,
    ),
    (
        "a line of more bytes than there is room for, which is sixty-four of them\r\n",
        "error: the line is too long\r\n",
        true,
    ),
    ("led of\r\n", "error: no such command: try help\r\n", true),
    // The first line is said after 0.7 s, each of the others half a second later.
    (
        "led off\nuptime\n",
        "the light is off\r\nup for 4 s\r\n",
        false,
    ),
];

/// The line of which a byte is garbled on the way.
const GARBLED: &str = "led off\r\n";

/// A board's console and the conversation, as `emulator/spec.py` wants it.
pub(super) fn console(board: &Board) -> Option<Value> {
    let console = board.console?.console();
    let uart = board.chip().uart(console.uart)?;
    let has_light = !matches!(board.light, Light::None);
    let lines = TALK.iter().map(|&(send, answer, lit)| {
        let mut line = json!({"send": send, "answer": answer, "lit": has_light.then_some(lit)});
        if send == GARBLED {
            line["garbled"] = json!(2);
        }
        line
    });
    Some(json!({
        "uart": console.uart,
        "address": uart.address,
        "interrupt": uart.interrupt,
        "registers": board.chip().usart,
        "tx": console.tx,
        "rx": console.rx,
        "lines": lines.collect::<Vec<_>>(),
    }))
}

/// Ways to say wrong things of a console, what has to be among the reasons, and the console said so.
pub(super) fn broken(console: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let with = |key: &str, value: Value| {
        let mut changed = console.clone();
        changed[key] = value;
        changed
    };
    let mut port = with(
        "address",
        json!(console["address"].as_u64().unwrap_or_default() ^ 0x400),
    );
    port["uart"] = json!(neighbour(console["uart"].as_str().unwrap_or_default()));
    // The pin beside it may be the one that receives.
    let pin = moved(console["tx"].as_str().unwrap_or_default(), 4);
    let mut answers = console.clone();
    answers["lines"][1]["answer"] = json!("ok\r\n");
    vec![
        ("the console on another port", "the console says ''", port),
        (
            "the console on another pin",
            "has not the pins",
            with("tx", json!(pin)),
        ),
        ("another answer", "the console says", answers),
    ]
}
