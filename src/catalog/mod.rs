//! What can be chosen, as rows of data: runtimes, kinds, what each runtime offers, extras, chips and boards.
//!
//! Adding one is a row here and a folder under `templates/`; the decision tree, the flags, the
//! documentation and the tests follow from the rows.

pub mod boards;
pub mod chips;
pub mod comparison;
pub mod ethernet;
pub mod extras;
pub mod kinds;
pub mod measured;
pub mod offers;
pub mod partitions;
pub mod runtimes;
pub mod usb;
pub mod ways;
