//! STUB by the lead
