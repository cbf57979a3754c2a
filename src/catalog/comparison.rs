//! How the runtimes compare, and io_uring with epoll: statements as data, corrected where measured.
//!
//! Figures were measured with Rust 1.95 on Linux 6.18 (x86-64): the same TCP echo server on each
//! runtime, default release profile with `strip = true`, crates counted as those that Linux compiles.

/// What is said of one runtime under one aspect.
#[derive(Debug)]
pub struct Cell {
    /// The runtime's id, or the column's name in the table of I/O models.
    pub of: &'static str,
    /// The statement, a few words.
    pub text: &'static str,
    /// The ids of the notes that correct or qualify it.
    pub notes: &'static [&'static str],
}

/// An aspect under which runtimes are compared; one without a cell has nothing to say.
#[derive(Debug)]
pub struct Aspect {
    /// Its name.
    pub name: &'static str,
    /// What is said, in the order of the columns.
    pub cells: &'static [Cell],
}

/// A correction of what is often said.
#[derive(Debug)]
pub struct Note {
    /// What cells call it; readers see a number.
    pub id: &'static str,
    /// One line.
    pub text: &'static str,
}

/// The runtimes in the order of the columns.
pub static COLUMNS: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "embassy",
    "uring",
    "mio",
    "agnostic",
];

/// The runtimes, aspect by aspect.
pub static RUNTIME_ASPECTS: &[Aspect] = &[
    Aspect {
        name: "ecosystem",
        cells: &[
            cell("tokio", "dominant"),
            noted("async-std", "small, discontinued", &["discontinued"]),
            noted("smol", "minimal", &["crates"]),
            cell("embassy", "embedded"),
            cell("uring", "small, apart from tokio's"),
            cell("mio", "what runtimes are built on"),
            cell("agnostic", "any runtime's"),
        ],
    },
    Aspect {
        name: "multi-threaded",
        cells: &[
            cell("tokio", "yes, work-stealing"),
            cell("async-std", "yes"),
            noted("smol", "if told to", &["threads"]),
            cell("embassy", "no, one executor per core"),
            noted("uring", "a ring per thread, tasks stay", &["engines"]),
            cell("mio", "a loop per thread, by hand"),
            cell("agnostic", "as its user's runtime"),
        ],
    },
    Aspect {
        name: "no_std",
        cells: &[
            cell("tokio", "no"),
            cell("async-std", "no"),
            cell("smol", "no"),
            cell("embassy", "yes"),
            cell("uring", "no"),
            cell("mio", "no"),
            cell("agnostic", "if it does no I/O"),
        ],
    },
    Aspect {
        name: "timer",
        cells: &[
            cell("tokio", "built in"),
            cell("async-std", "built in"),
            cell("smol", "from async-io"),
            cell("embassy", "hardware, through the HAL"),
            noted("uring", "built in", &["engines"]),
            cell("mio", "a time-out of poll"),
            cell("agnostic", "injected"),
        ],
    },
    Aspect {
        name: "I/O",
        cells: &[
            cell("tokio", "its own traits"),
            cell("async-std", "std's interface, async"),
            cell("smol", "from async-io"),
            cell("embassy", "HAL drivers"),
            cell("uring", "completion, owned buffers"),
            cell("mio", "readiness events"),
            cell("agnostic", "futures traits"),
        ],
    },
    Aspect {
        name: "channels",
        cells: &[
            cell("tokio", "mpsc, oneshot, broadcast, watch"),
            cell("async-std", "yes"),
            cell("smol", "from async-channel"),
            cell("embassy", "of fixed size"),
            cell("uring", "from any crate"),
            cell("agnostic", "from futures"),
        ],
    },
    Aspect {
        name: "learning curve",
        cells: &[
            cell("tokio", "medium"),
            noted("async-std", "low", &["discontinued"]),
            cell("smol", "low"),
            cell("embassy", "high: hardware"),
            cell("uring", "high: buffers"),
            cell("mio", "high: the loop is yours"),
            cell("agnostic", "medium"),
        ],
    },
    Aspect {
        name: "binary size",
        cells: &[
            noted("tokio", "661 kB", &["size"]),
            noted("async-std", "663 kB", &["size"]),
            noted("smol", "646 kB", &["size"]),
            cell("embassy", "tiny"),
            noted("uring", "648 or 653 kB", &["size", "engines"]),
            noted("mio", "372 kB", &["size"]),
        ],
    },
];

/// The columns of the table of I/O models.
pub static MODELS: &[&str] = &["epoll (tokio)", "io_uring"];

/// The I/O models, aspect by aspect.
pub static MODEL_ASPECTS: &[Aspect] = &[
    Aspect {
        name: "model",
        cells: &[
            cell("epoll (tokio)", "told that a socket is ready"),
            cell("io_uring", "told that an operation is done"),
        ],
    },
    Aspect {
        name: "system calls",
        cells: &[
            cell("epoll (tokio)", "epoll_wait, then a read or write each"),
            noted("io_uring", "one for a batch of operations", &["speed"]),
        ],
    },
    Aspect {
        name: "buffer ownership",
        cells: &[
            cell("epoll (tokio)", "the program's, borrowed (`&mut buf`)"),
            cell("io_uring", "moved to the kernel and back"),
        ],
    },
    Aspect {
        name: "platform",
        cells: &[
            cell("epoll (tokio)", "Linux; kqueue on macOS, IOCP on Windows"),
            noted(
                "io_uring",
                "Linux alone, 5.11 or newer",
                &["kernel", "denied"],
            ),
        ],
    },
    Aspect {
        name: "zero-copy",
        cells: &[
            cell("epoll (tokio)", "no"),
            noted("io_uring", "with registered buffers alone", &["zero-copy"]),
        ],
    },
    Aspect {
        name: "maturity",
        cells: &[
            cell("epoll (tokio)", "in production everywhere"),
            noted("io_uring", "experimental", &["engines"]),
        ],
    },
];

/// What is often said otherwise; each is one line beneath the table.
pub static NOTES: &[Note] = &[
    Note {
        id: "discontinued",
        text: "Not one to learn on any more: discontinued in 2025 (RUSTSEC-2025-0052), its authors point to smol.",
    },
    Note {
        id: "crates",
        text: "Not free of dependencies: the same TCP echo server compiles 34 crates on smol, 12 on tokio, 4 on mio.",
    },
    Note {
        id: "threads",
        text: "`smol::spawn` runs all tasks on 1 thread unless `SMOL_THREADS` says more.",
    },
    Note {
        id: "size",
        text: "Not large, medium and small: a TCP echo server, release build, stripped, on x86-64 Linux with Rust 1.95.",
    },
    Note {
        id: "engines",
        text: "compio (648 kB) has timers and a dispatcher of its own; monoio (458 kB) has timers, and threads are yours to start; tokio-uring (653 kB) runs on one tokio thread, and has no maintainer.",
    },
    Note {
        id: "kernel",
        text: "Not 5.1, which has the system calls alone: monoio needs 5.6, glommio 5.8, tokio-uring and compio 5.11.",
    },
    Note {
        id: "denied",
        text: "Docker's default seccomp profile denies it: compio and monoio then fall back to polling, tokio-uring ends.",
    },
    Note {
        id: "zero-copy",
        text: "An ordinary read or write on a ring copies as epoll's does: buffers have to be registered first.",
    },
    Note {
        id: "speed",
        text: "Not faster by itself: 64 connections, 1 KiB echo, best runs on 2 cores: monoio 155 000 msg/s on epoll, 120 000 on io_uring.",
    },
];

/// The note of that id.
pub fn note(id: &str) -> Option<&'static Note> {
    NOTES.iter().find(|note| note.id == id)
}

impl Aspect {
    /// What is said of that runtime, or of that column.
    pub fn of(&self, column: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.of == column)
    }
}

const fn cell(of: &'static str, text: &'static str) -> Cell {
    noted(of, text, &[])
}

const fn noted(of: &'static str, text: &'static str, notes: &'static [&'static str]) -> Cell {
    Cell { of, text, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::runtimes::RUNTIMES;

    #[test]
    fn each_runtime_has_one_column() {
        assert_eq!(COLUMNS.len(), RUNTIMES.len());
        for runtime in RUNTIMES {
            assert!(COLUMNS.contains(&runtime.id), "{}", runtime.id);
        }
    }

    #[test]
    fn cells_belong_to_columns_and_stand_in_their_order() {
        for (columns, aspects) in [(COLUMNS, RUNTIME_ASPECTS), (MODELS, MODEL_ASPECTS)] {
            for aspect in aspects {
                let places: Vec<_> = aspect
                    .cells
                    .iter()
                    .map(|cell| columns.iter().position(|column| *column == cell.of))
                    .collect();
                assert!(places.iter().all(Option::is_some), "{}", aspect.name);
                assert!(places.is_sorted_by(|a, b| a < b), "{}", aspect.name);
            }
        }
    }

    #[test]
    fn each_note_is_known_and_used() {
        let aspects = RUNTIME_ASPECTS.iter().chain(MODEL_ASPECTS);
        let used: Vec<&str> = aspects
            .flat_map(|aspect| aspect.cells)
            .flat_map(|cell| cell.notes.iter().copied())
            .collect();
        for id in &used {
            assert!(note(id).is_some(), "no note `{id}`");
        }
        for note in NOTES {
            assert!(used.contains(&note.id), "`{}` is not used", note.id);
        }
    }
}
