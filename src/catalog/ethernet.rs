//! The boards with a socket for Ethernet: how the transceiver (PHY) is wired to the chip.

use serde_json::{Map, Value, json};

use super::boards::Board;
use super::chips::Chip;

/// A transceiver, over RMII.
#[derive(Debug)]
pub struct Ethernet {
    /// The board's id.
    pub board: &'static str,
    /// The pin of the clock that the transceiver gives.
    pub ref_clk: &'static str,
    /// The pin of the data of its registers.
    pub mdio: &'static str,
    /// The pin of the clock of its registers.
    pub mdc: &'static str,
    /// The pin that says that a packet comes in.
    pub crs_dv: &'static str,
    /// The pins of what comes in.
    pub rxd: [&'static str; 2],
    /// The pins of what goes out.
    pub txd: [&'static str; 2],
    /// The pin that says that a packet goes out.
    pub tx_en: &'static str,
    /// Its address, for its registers.
    pub phy: u8,
    /// The layer below `embassy/` that sets up the chip's clocks.
    pub clocks: &'static str,
    /// Where these facts are from.
    pub source: &'static str,
}

/// Every board that has one.
pub static ETHERNET: &[Ethernet] = &[
    Ethernet {
        board: "nucleo-f429zi",
        clocks: "_network-f4f7",
        source: "zephyr boards/st/nucleo_f429zi/nucleo_f429zi.dts (mac, mdio)",
        ..NUCLEO
    },
    Ethernet {
        board: "nucleo-f767zi",
        clocks: "_network-f4f7",
        source: "zephyr boards/st/nucleo_f767zi/nucleo_f767zi.dts (mac, mdio)",
        ..NUCLEO
    },
    Ethernet {
        board: "nucleo-h743zi2",
        clocks: "_network-h7",
        source: "zephyr boards/st/nucleo_h743zi/nucleo_h743zi.dts; micropython ports/stm32/boards/NUCLEO_H743ZI has the same pins",
        ..NUCLEO
    },
    Ethernet {
        board: "nucleo-h563zi",
        txd: ["PG13", "PB15"],
        clocks: "_network-h5",
        source: "zephyr boards/st/nucleo_h563zi/nucleo_h563zi.dts (mac, mdio); micropython ports/stm32/boards/NUCLEO_H563ZI has the same pins",
        ..NUCLEO
    },
    Ethernet {
        board: "stm32f746g-disco",
        txd: ["PG13", "PG14"],
        clocks: "_network-f4f7",
        source: "zephyr boards/st/stm32f746g_disco/stm32f746g_disco.dts (mac, mdio)",
        ..NUCLEO
    },
];

/// What these boards have in common.
const NUCLEO: Ethernet = Ethernet {
    board: "",
    ref_clk: "PA1",
    mdio: "PA2",
    mdc: "PC1",
    crs_dv: "PA7",
    rxd: ["PC4", "PC5"],
    txd: ["PG13", "PB13"],
    tx_en: "PG11",
    phy: 0,
    clocks: "",
    source: "",
};

/// That board's, if it has one.
#[must_use]
pub fn of(board: &Board) -> Option<&'static Ethernet> {
    ETHERNET.iter().find(|row| row.board == board.id)
}

impl Ethernet {
    /// Its pins, with the names by which templates know them.
    #[must_use]
    pub fn pins(&self) -> [(&'static str, &'static str); 9] {
        [
            ("rmii_ref_clk", self.ref_clk),
            ("rmii_mdio", self.mdio),
            ("rmii_mdc", self.mdc),
            ("rmii_crs_dv", self.crs_dv),
            ("rmii_rxd0", self.rxd[0]),
            ("rmii_rxd1", self.rxd[1]),
            ("rmii_txd0", self.txd[0]),
            ("rmii_txd1", self.txd[1]),
            ("rmii_tx_en", self.tx_en),
        ]
    }

    /// What templates may name of it.
    #[must_use]
    pub fn context(&self, chip: &Chip) -> Map<String, Value> {
        let mut context: Map<String, Value> = self
            .pins()
            .iter()
            .map(|&(name, pin)| (name.to_owned(), json!(pin)))
            .collect();
        let mut set = |key: &str, value: String| context.insert(key.to_owned(), json!(value));
        set("phy", self.phy.to_string());
        set("random_interrupt", random_interrupt(chip).to_owned());
        context
    }
}

/// The interrupt of the random number generator: stm32-metapac 21.0.0, `src/chips/*/pac.rs`.
fn random_interrupt(chip: &Chip) -> &'static str {
    if chip.series == "stm32f4" {
        "HASH_RNG"
    } else {
        "RNG"
    }
}

#[cfg(test)]
mod tests {
    use super::{ETHERNET, of};
    use crate::catalog::boards::{Light, find};

    #[test]
    fn rows_are_of_boards_and_their_pins_have_one_use() {
        for row in ETHERNET {
            let board = find(row.board).expect("a board of the catalogue");
            assert!(std::ptr::eq(of(board).expect("has a row"), row));
            assert!(board.crystal.is_some(), "{}: no clock", row.board);
            assert!(!board.chip().eth.is_empty(), "{}", row.board);
            let mut pins: Vec<&str> = row.pins().iter().map(|(_, pin)| *pin).collect();
            if let Light::Pin { pin, .. } = board.light {
                pins.push(pin);
            }
            for pin in &pins {
                assert!(board.chip().has_pin(pin), "{}: {pin}", row.board);
            }
            let all = pins.len();
            pins.sort_unstable();
            pins.dedup();
            assert_eq!(pins.len(), all, "{}", row.board);
            assert!(!row.source.is_empty());
        }
    }
}
