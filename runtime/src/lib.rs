//! What the generated yundb clients stand on: sending, signing, checking and decoding.
