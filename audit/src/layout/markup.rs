//! To be written.

use crate::block::{Block, Unreadable};

pub fn read(_text: &str) -> (Vec<Block>, Vec<Unreadable>) {
    Default::default()
}
