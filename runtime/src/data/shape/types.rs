//! Shapes: the types of which tables of limits are.

/// A type whose fields are checked before a request is sent.
pub trait Object {
    /// The fields that have something to check: required ones, bounded ones, and those with such fields inside.
    const FIELDS: &'static [Field];
    /// What the object has to meet as a whole.
    const RULES: &'static [Rule] = &[];
}

/// A list of a fixed length whose elements are each of a type of their own.
pub trait Tuple {
    /// What is checked of each.
    const ELEMENTS: &'static [Shape];
}

/// One field of an [`Object`].
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it must look like.
    pub shape: Shape,
}

/// The limits of one value. Only those that are set are checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// How to go on inside the value.
    pub inner: Inner,
    /// Fewest and most characters of a string.
    pub length: (Option<usize>, Option<usize>),
    /// Lower limit of a number.
    pub minimum: Option<Limit>,
    /// Upper limit of a number.
    pub maximum: Option<Limit>,
    /// What a number must be a multiple of.
    pub multiple_of: Option<LimitValue>,
    /// A regular expression that a string must match somewhere.
    pub pattern: Option<&'static str>,
    /// The format that a string must be of.
    pub format: Option<Format>,
    /// Fewest and most elements of a list, or entries of a map.
    pub items: (Option<usize>, Option<usize>),
    /// Whether the elements of a list must differ from one another.
    pub unique: bool,
    /// What the value has to meet besides.
    pub rules: &'static [Rule],
    /// The kinds of JSON that it may be; any, if none is set.
    pub kinds: Kinds,
}

/// A format of texts that is checked.
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
    /// The kinds, with numbers that are whole apart from the others, each with its bit and in words.
    const WORDS: [(u8, &'static str); 7] = [
        (1, "null"),
        (2, "a text"),
        (4, "a number"),
        (8, "an integer"),
        (16, "true or false"),
        (32, "a list"),
        (64, "an object"),
    ];

    pub(super) const fn with(self, bit: u8) -> Self {
        Self(self.0 | bit)
    }

    /// Whether a value is of one of them.
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

    /// The kinds in words.
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
    /// Whether the limit itself is outside.
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

/// What there is inside a value.
#[derive(Clone, Copy, Default)]
pub enum Inner {
    /// Nothing to check.
    #[default]
    None,
    /// The fields of an object, and what it has to meet as a whole. A function, so that types may contain themselves.
    Object(fn() -> (&'static [Field], &'static [Rule])),
    /// Fields of an object that has no type of its own.
    Fields(&'static [Field]),
    /// The elements of a list by their place. A function, so that types may contain themselves.
    Tuple(fn() -> &'static [Shape]),
    /// The elements of a list.
    List(&'static Shape),
    /// The values of a map.
    Map(&'static Shape),
    /// One of several. A function, so that types may contain themselves.
    OneOf(fn() -> &'static [Alternative]),
}

/// A type that is one of several, each of which is checked in its own way.
pub trait Choice {
    /// The alternatives.
    const ALTERNATIVES: &'static [Alternative];
}

/// One alternative of a [`Choice`].
#[derive(Clone, Copy, Debug)]
pub struct Alternative {
    /// What kind of JSON it is.
    pub kind: Kind,
    /// What kind the elements of a list or the values of a map are.
    pub elements: Kind,
    /// The properties that it is known by.
    pub marks: &'static [Mark],
    /// What it must look like.
    pub shape: Shape,
}

/// A property that an alternative is known by.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Its name, within the properties before it.
    pub path: &'static [&'static str],
    /// The values that it can have.
    pub values: &'static [Constant],
}

/// A value that does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// A text.
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
    /// A text.
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
        // Never prints the fields: a type that contains itself would not end.
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

/// One thing that a value has to meet.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Where the first shape holds the second has to, elsewhere the third.
    When(&'static Shape, &'static Shape, &'static Shape),
    /// The shape must not hold.
    Not(&'static Shape),
    /// At least one of the shapes has to hold.
    AnyOf(&'static [Shape]),
    /// Just one of the shapes has to hold.
    OnlyOne(&'static [Shape]),
    /// At least and at most so many elements of a list are of a shape.
    Contains(&'static Shape, usize, Option<usize>),
    /// The first elements of a list, by place, and all that follow.
    Prefix(&'static [Shape], &'static Shape),
    /// The names of an object's entries.
    Names(&'static Shape),
    /// Entries of an object but for those of these names: by the patterns that their names match, and those that match none.
    Others(&'static [&'static str], &'static [(&'static str, Shape)], &'static Shape),
    /// The values that there are, as JSON.
    Values(&'static [&'static str]),
}
