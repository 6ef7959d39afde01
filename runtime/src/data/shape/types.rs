//! The types of the tables of limits.

use std::sync::OnceLock;

/// A type whose fields are checked before a request is sent.
pub trait Object {
    /// The fields with limits: required ones, bounded ones, and those that contain such fields.
    const FIELDS: &'static [Field];
    /// The rules for the object as a whole.
    const RULES: &'static [Rule] = &[];
}

/// A list of a fixed length, with an individual type for each element.
pub trait Tuple {
    /// The shape of each element.
    const ELEMENTS: &'static [Shape];
}

/// One field of an [`Object`].
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether it is required.
    pub required: bool,
    /// Its shape.
    pub shape: Shape,
}

/// The limits of one value. Only those that are set are checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// The shape of the value's content.
    pub inner: Inner,
    /// Minimum and maximum number of characters of a string.
    pub length: (Option<usize>, Option<usize>),
    /// Lower limit of a number.
    pub minimum: Option<Limit>,
    /// Upper limit of a number.
    pub maximum: Option<Limit>,
    /// The number of which a number must be a multiple.
    pub multiple_of: Option<LimitValue>,
    /// A regular expression that a string must match somewhere.
    pub pattern: Option<&'static str>,
    /// The required format of a string.
    pub format: Option<Format>,
    /// Minimum and maximum number of elements of a list, or entries of a map.
    pub items: (Option<usize>, Option<usize>),
    /// Whether the elements of a list must be unique.
    pub unique: bool,
    /// Further rules for the value.
    pub rules: &'static [Rule],
    /// The allowed kinds of JSON; any, if none is set.
    pub kinds: Kinds,
}

/// A format of strings that is validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `date-time`
    DateTime,
    /// `date-time-local`
    DateTimeLocal,
    /// `date`
    Date,
    /// `time` or `time-local`
    Time,
    /// `uuid`
    Uuid,
    /// `uri` or `url`
    Uri,
    /// `ipv4`
    Ipv4,
    /// `ipv6`
    Ipv6,
    /// `ip`
    Ip,
}

/// A set of kinds of JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub(super) u8);

impl Kinds {
    /// The kinds, with integers separate from other numbers, each with its bit and name.
    const WORDS: [(u8, &'static str); 7] = [
        (1, "null"),
        (2, "a string"),
        (4, "a number"),
        (8, "an integer"),
        (16, "true or false"),
        (32, "a list"),
        (64, "an object"),
    ];

    pub(super) const fn with(self, bit: u8) -> Self {
        Self(self.0 | bit)
    }

    /// Whether a value is of one of these kinds.
    pub(crate) fn holds(self, value: &serde_json::Value) -> bool {
        use serde_json::Value;
        let bits = match value {
            Value::Null => 1,
            Value::String(_) => 2,
            Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => 4 | 8,
            Value::Number(_) => 4,
            Value::Bool(_) => 16,
            Value::Array(_) => 32,
            Value::Object(_) => 64,
        };
        self.0 == 0 || self.0 & bits != 0
    }

    /// Describes the kinds.
    pub(crate) fn words(self) -> String {
        let words = Self::WORDS.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, words)| *words);
        words.collect::<Vec<_>>().join(" or ")
    }
}

impl std::fmt::Display for LimitValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
        }
    }
}

/// A limit of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The limit itself.
    pub value: LimitValue,
    /// Whether the limit itself is excluded.
    pub exclusive: bool,
}

/// The value of a limit; integers are exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitValue {
    /// An integer.
    Integer(i128),
    /// A number with a fraction, or beyond 64 bits.
    Float(f64),
}

/// The content of a value.
#[derive(Clone, Copy, Default)]
pub enum Inner {
    /// Nothing to check.
    #[default]
    None,
    /// The fields of an object, and the rules for it as a whole.
    Object(Later<(&'static [Field], &'static [Rule])>),
    /// Fields of an object without a type of its own.
    Fields(&'static [Field]),
    /// The elements of a list by position.
    Tuple(Later<&'static [Shape]>),
    /// The elements of a list.
    List(&'static Shape),
    /// The values of a map.
    Map(&'static Shape),
    /// A union.
    OneOf(Later<&'static [Alternative]>),
}

/// A table that is looked up when a value is checked, so that types can be recursive.
#[derive(Clone, Copy)]
pub enum Later<T: 'static> {
    /// That of a generated type.
    Of(fn() -> T),
    /// One that is made at run time. Until it is, nothing is checked.
    At(&'static OnceLock<T>),
}

impl<T: Copy + Default> Later<T> {
    pub(crate) fn get(self) -> T {
        match self {
            Self::Of(table) => table(),
            Self::At(table) => table.get().copied().unwrap_or_default(),
        }
    }
}

/// A union of alternatives with individual shapes.
pub trait Choice {
    /// The alternatives.
    const ALTERNATIVES: &'static [Alternative];
}

/// One alternative of a [`Choice`].
#[derive(Clone, Copy, Debug)]
pub struct Alternative {
    /// The kind of JSON.
    pub kind: Kind,
    /// The kind of the elements of a list or the values of a map.
    pub elements: Kind,
    /// The properties that identify it.
    pub marks: &'static [Mark],
    /// Its shape.
    pub shape: Shape,
}

/// A property that identifies an alternative.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Its path of names.
    pub path: &'static [&'static str],
    /// The values that it can have.
    pub values: &'static [Constant],
}

/// A constant value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// A string.
    Text(&'static str),
    /// An integer.
    Integer(i64),
    /// `true` or `false`.
    Flag(bool),
}

macro_rules! constants {
    ($($(#[$doc:meta])* $function:ident $variant:ident $ty:ty;)*) => {$(
        $(#[$doc])*
        pub const fn $function(value: $ty) -> Constant {
            Constant::$variant(value)
        }

        impl From<$ty> for Constant {
            fn from(value: $ty) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}

constants! {
    /// A string.
    text Text &'static str;
    /// An integer.
    integer Integer i64;
    /// `true` or `false`.
    flag Flag bool;
}

impl From<i32> for Constant {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<Constant> for serde_json::Value {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::Text(text) => text.into(),
            Constant::Integer(integer) => integer.into(),
            Constant::Flag(flag) => flag.into(),
        }
    }
}

/// The kinds of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any of them.
    Any,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A list.
    List,
    /// An object.
    Object,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the fields, as a recursive type would not end.
        f.write_str(match self {
            Self::None => "None",
            Self::Object(_) => "Object",
            Self::Fields(_) => "Fields",
            Self::Tuple(_) => "Tuple",
            Self::List(_) => "List",
            Self::Map(_) => "Map",
            Self::OneOf(_) => "OneOf",
        })
    }
}

/// A rule for a value.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// If the first shape holds, the second must hold, else the third.
    When(&'static Shape, &'static Shape, &'static Shape),
    /// The shape must not hold.
    Not(&'static Shape),
    /// At least one of the shapes must hold.
    AnyOf(&'static [Shape]),
    /// Exactly one of the shapes must hold.
    OnlyOne(&'static [Shape]),
    /// The minimum and maximum number of elements of a list with a shape.
    Contains(&'static Shape, usize, Option<usize>),
    /// The first elements of a list, by position, and all that follow.
    Prefix(&'static [Shape], &'static Shape),
    /// The names of an object's entries.
    Names(&'static Shape),
    /// The entries of an object other than those with these names: by the patterns that their names match, and those
    /// that match none.
    Others(&'static [&'static str], &'static [(&'static str, Shape)], &'static Shape),
    /// The allowed values, as JSON.
    Values(&'static [&'static str]),
}
