//! STUB by the lead, so that the core compiles: replace entirely. The core calls: BOARDS, find(id),
//! board.{id,title,chip,rust_version}, board.family() -> layer folder without `_`, board.caveats() -> &[&str],
//! board.next_steps() -> &[&str] (commands after `cd`), board.context() -> serde_json::Value.
use serde_json::{Value, json};
/// x
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Board {
    pub id: &'static str,
    pub title: &'static str,
    pub chip: &'static str,
    pub rust_version: &'static str,
}
impl Board {
    #[allow(missing_docs)]
    pub fn family(&self) -> &'static str {
        "rp"
    }
    #[allow(missing_docs)]
    pub fn caveats(&self) -> &'static [&'static str] {
        &[]
    }
    #[allow(missing_docs)]
    pub fn next_steps(&self) -> &'static [&'static str] {
        &[]
    }
    #[allow(missing_docs)]
    pub fn context(&self) -> Value {
        json!({})
    }
}
#[allow(missing_docs)]
pub static BOARDS: &[Board] = &[Board {
    id: "pico",
    title: "Raspberry Pi Pico",
    chip: "rp2040",
    rust_version: "1.95",
}];
#[allow(missing_docs)]
pub fn find(id: &str) -> Option<&'static Board> {
    BOARDS.iter().find(|b| b.id == id)
}
