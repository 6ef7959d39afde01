//! Small documents of our own, one for each kind of damage.
