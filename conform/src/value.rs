//! Makes values that a schema allows: the least, the most, and random ones.

use serde_json::Value;

use crate::document::{Direction, Document, Media, Operation, Parameter, Response, SchemaRef};
use crate::wire::{Content, Input, Reply};

/// How much a value is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Only what is required.
    Least,
    /// Everything: each property, lists with entries. Each further one takes the alternatives that were taken least so far.
    Most,
    /// As it comes.
    Random,
}

/// Why there is no value: the document contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The schema.
    pub schema: SchemaRef,
    /// What no value satisfies.
    pub reason: String,
}

/// Makes values from a fixed seed. One maker serves an operation, so that its cases differ.
pub struct Maker<'d> {
    document: &'d Document,
    rng: fastrand::Rng,
}

impl<'d> Maker<'d> {
    /// A maker whose values are the same for the same seed.
    pub fn new(document: &'d Document, seed: u64) -> Self {
        Self { document, rng: fastrand::Rng::with_seed(seed) }
    }

    /// A value of a schema; it validates.
    pub fn value(
        &mut self,
        schema: &SchemaRef,
        direction: Direction,
        amount: Amount,
    ) -> Result<Value, Contradiction> {
        todo!()
    }

    /// A value of a parameter that its style can express.
    pub fn parameter(
        &mut self,
        parameter: &Parameter,
        direction: Direction,
        amount: Amount,
    ) -> Result<Value, Contradiction> {
        todo!()
    }

    /// The content of a body.
    pub fn content(&mut self, media: &Media, direction: Direction, amount: Amount) -> Result<Content, Contradiction> {
        todo!()
    }

    /// A whole input of an operation, without what the client fills (`x-client`). `media` is the body's media type by its
    /// place in the document's list; with [`Amount::Least`] a body that is not required is left out.
    pub fn input(&mut self, operation: &Operation, media: usize, amount: Amount) -> Result<Input, Contradiction> {
        todo!()
    }

    /// Several inputs: the least, the most until each alternative of every union was taken once (at most `most`), and `random` random ones.
    pub fn inputs(
        &mut self,
        operation: &Operation,
        media: usize,
        most: usize,
        random: usize,
    ) -> Result<Vec<(Amount, Input)>, Contradiction> {
        todo!()
    }

    /// A response with one of its media types.
    pub fn reply(
        &mut self,
        response: &Response,
        status: u16,
        media: Option<usize>,
        amount: Amount,
    ) -> Result<Reply, Contradiction> {
        todo!()
    }

    /// Several responses, as [`Maker::inputs`] makes inputs.
    pub fn replies(
        &mut self,
        response: &Response,
        status: u16,
        media: Option<usize>,
        most: usize,
        random: usize,
    ) -> Result<Vec<(Amount, Reply)>, Contradiction> {
        todo!()
    }
}
