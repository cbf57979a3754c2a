//! The runtimes: what each is, why one takes it, and what to watch out for.

/// A runtime, or the decision to depend on none.
#[derive(Debug)]
pub struct Runtime {
    /// The value of `--runtime`, and the name of the folder under `templates/`.
    pub id: &'static str,
    /// What it is, in one sentence.
    pub what: &'static str,
    /// Why the tree ends here, in one sentence.
    pub reason: &'static str,
    /// When to take it, in one sentence.
    pub take_when: &'static str,
    /// What bites whoever does not know it.
    pub caveats: &'static [&'static str],
    /// The layers below every project of this runtime, first to last.
    pub bases: &'static [&'static str],
}

/// Every runtime, in the order in which lists show them.
pub static RUNTIMES: &[Runtime] = &[
    Runtime {
        id: "tokio",
        what: "A multi-threaded, work-stealing runtime with its own timers, sockets, files, signals and channels.",
        reason: "The largest ecosystem: axum, tonic, reqwest and the SDKs of clouds run on nothing else.",
        take_when: "You write a server, or you need a crate that needs tokio.",
        caveats: &[
            "Never block in an async function: one blocked worker stalls every task queued on it; use `spawn_blocking`.",
            "Name the features you use: `full` doubles what a small program compiles.",
        ],
        bases: &["_shared", "_hosted", "_async"],
    },
    Runtime {
        id: "smol",
        what: "A small runtime put together from independent crates: executor, reactor, blocking pool.",
        reason: "Few ideas, small parts that can be used one by one, and no ecosystem to be locked into.",
        take_when: "You want to see all of your runtime, and no dependency of yours needs tokio.",
        caveats: &[
            "Crates that need tokio (reqwest, tonic, most SDKs) panic here unless they are wrapped in `async-compat` (`--with tokio-compat`).",
            "`smol::spawn` runs every task on one thread unless `SMOL_THREADS` says more.",
            "Dropping a `Task` cancels it: keep the handle or call `detach`.",
        ],
        bases: &["_shared", "_hosted", "_async"],
    },
    Runtime {
        id: "async-std",
        what: "The standard library's interface with async functions; discontinued in 2025.",
        reason: "Existing code or a course asks for async-std.",
        take_when: "You maintain a program that uses it already, or follow a course that does.",
        caveats: &[
            "It is discontinued (RUSTSEC-2025-0052): nobody fixes what breaks. Its authors point to smol.",
            "`cargo deny check` fails on that advisory; `--with deny` ignores it by its id and says why.",
            "Its types are not tokio's: a crate that needs tokio panics here.",
        ],
        bases: &["_shared", "_hosted", "_async"],
    },
    Runtime {
        id: "uring",
        what: "Completion-based I/O through Linux's io_uring: the kernel fills buffers that it owns meanwhile.",
        reason: "System calls are the bottleneck: thousands of connections or deep disk queues, on Linux alone.",
        take_when: "You write a storage engine, a broker or a proxy, and have measured that epoll holds it back.",
        caveats: &[
            "Not faster by itself: at 64 connections epoll often wins. Measure on your own machine.",
            "Docker, containerd and some distributions deny io_uring: see the README for the four gates.",
            "Buffers are moved into each call and come back with its result; dropping a call in flight loses its buffer.",
            "hyper, axum, tonic and sqlx do not run on it without an adapter.",
        ],
        bases: &["_shared", "_hosted", "_async"],
    },
    Runtime {
        id: "mio",
        what: "The portable readiness interface (epoll, kqueue, IOCP) below tokio: no executor, no async.",
        reason: "You want to write the event loop yourself.",
        take_when: "You learn how runtimes work, or need a loop with no hidden costs and four dependencies.",
        caveats: &[
            "Readiness is edge-triggered: read until `WouldBlock`, or the socket falls silent for good.",
            "No timers, no name resolution, no TLS: each is yours to write, or another crate's to bring.",
        ],
        bases: &["_shared", "_hosted"],
    },
    Runtime {
        id: "embassy",
        what: "An async executor and drivers for microcontrollers: no heap, no operating system.",
        reason: "Embedded first: tasks are allocated at compile time and the core sleeps between interrupts.",
        take_when: "Your program runs on a microcontroller.",
        caveats: &[
            "Nothing runs with another chip's feature or memory layout: generate anew when the chip changes.",
            "Mixing published and git versions of its crates gives wrong delays or does not link.",
        ],
        bases: &["_shared"],
    },
    Runtime {
        id: "agnostic",
        what: "A library that depends on no runtime: its users bring theirs, with its timer and spawner.",
        reason: "A library that picks a runtime picks it for all of its users.",
        take_when: "You publish a library.",
        caveats: &["No timer, spawner or socket inside: each is handed in, or kept in an adapter."],
        bases: &["_shared"],
    },
];

/// The runtime of that name.
pub fn find(id: &str) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|runtime| runtime.id == id)
}
