//! Tries every operation of a generated client and holds what it sends and reads against its document.
