//! What firmware does with its messages and with a panic: `--log` and `--panic`.

/// One way of doing it.
#[derive(Debug)]
pub struct Way {
    /// The flag's value.
    pub id: &'static str,
    /// One line that says what it is.
    pub note: &'static str,
    /// The values of the fact `messages` with which it works.
    pub messages: &'static [&'static str],
    /// Further facts that have to be "yes".
    pub needs: &'static [&'static str],
    /// Its layer below `embassy/`, where messages go through a probe or nowhere.
    pub layer: &'static str,
}

/// The way of that name.
pub fn find(ways: &'static [Way], id: &str) -> Option<&'static Way> {
    ways.iter().find(|way| way.id == id)
}

/// What messages are written with, the default first.
pub static LOGS: &[Way] = &[
    Way {
        id: "defmt",
        note: "defmt: the text stays on your machine, the chip sends numbers",
        messages: &["rtt", "usb"],
        needs: &[],
        layer: "_defmt",
    },
    Way {
        id: "log",
        note: "the log crate: the chip makes the text",
        messages: &["rtt", "usb"],
        needs: &[],
        layer: "_log",
    },
    Way {
        id: "none",
        note: "nothing is logged",
        messages: &["rtt", "usb", "none"],
        needs: &["has-led"],
        layer: "_silent",
    },
];

/// What a panic does, the default first.
pub static PANICS: &[Way] = &[
    Way {
        id: "probe",
        note: "says why through the probe, and stops",
        messages: &["rtt"],
        needs: &[],
        layer: "_panic-probe",
    },
    Way {
        id: "backtrace",
        note: "says why and where, and stops (ESP)",
        messages: &["usb"],
        needs: &["logs"],
        layer: "_panic-backtrace",
    },
    Way {
        id: "halt",
        note: "stops the program",
        messages: &["rtt", "usb", "none"],
        needs: &[],
        layer: "_panic-halt",
    },
    Way {
        id: "reset",
        note: "starts the program anew",
        messages: &["rtt", "usb", "none"],
        needs: &[],
        layer: "_panic-reset",
    },
];
