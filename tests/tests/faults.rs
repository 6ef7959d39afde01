//! Real connections that fail in every way: how often the service may see a call, and that many calls at once all end.

mod faults {
    mod server;

    mod load;
    mod table;
}
