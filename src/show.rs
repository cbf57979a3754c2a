//! stub
use crate::cli::Doctor;
use crate::failure::Result;
use crate::report::{Format, Shell};
/// x
pub fn tree(_shell: &Shell, _format: &str) {}
/// x
pub fn explain(_shell: &Shell, _r: &str) -> Result<()> {
    Ok(())
}
/// x
pub fn compare(_shell: &Shell, _r: &[String]) {}
/// x
pub fn list(_shell: &Shell, _r: &str, _f: Format) {}
/// x
pub fn schema(_shell: &Shell) {}
/// x
pub fn doctor(_shell: &Shell, _r: &Doctor) -> Result<()> {
    Ok(())
}
/// x
pub fn completions(_shell: &Shell, _r: clap_complete::Shell) {}
/// x
pub fn man(_shell: &Shell) -> Result<()> {
    Ok(())
}
