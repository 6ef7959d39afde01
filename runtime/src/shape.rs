//! What a request value must look like, as data: the facts that are checked before anything is sent.
//!
//! Generated types implement [`Object`] with a table of their fields; `check` walks a value along its [`Shape`].

mod rule;

pub use rule::{Rule, any_of, contains, names, not, only_one, others, prefix, values, when};

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
    /// Fewest and most elements of a list, or entries of a map.
    pub items: (Option<usize>, Option<usize>),
    /// Whether the elements of a list must differ from one another.
    pub unique: bool,
    /// What the value has to meet besides.
    pub rules: &'static [Rule],
    /// The kinds of JSON that it may be; any, if none is set.
    pub kinds: Kinds,
}

/// A set of kinds of JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u8);

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

    const fn with(self, bit: u8) -> Self {
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

/// An alternative of this kind.
pub const fn alternative(kind: Kind, shape: Shape) -> Alternative {
    Alternative { kind, elements: Kind::Any, marks: &[], shape }
}

/// A property at a path, with the values that it can have.
pub const fn mark(path: &'static [&'static str], values: &'static [Constant]) -> Mark {
    Mark { path, values }
}

impl Alternative {
    /// A list or map of this kind of elements.
    pub const fn of(mut self, elements: Kind) -> Self {
        self.elements = elements;
        self
    }

    /// Known by these properties.
    pub const fn when(mut self, marks: &'static [Mark]) -> Self {
        self.marks = marks;
        self
    }
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

/// A field that must be there.
pub const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, required: true, shape }
}

/// A field that may be absent.
pub const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, required: false, shape }
}

/// Any value, without limits so far.
pub const fn any() -> Shape {
    Shape {
        inner: Inner::None,
        length: (None, None),
        minimum: None,
        maximum: None,
        multiple_of: None,
        pattern: None,
        items: (None, None),
        unique: false,
        rules: &[],
        kinds: Kinds(0),
    }
}

/// What nothing is.
pub const fn never() -> Shape {
    const ANYTHING: Shape = any();
    const RULES: &[Rule] = &[Rule::Not(&ANYTHING)];
    Shape { rules: RULES, ..any() }
}

/// An object with the fields of `T`.
pub const fn object<T: Object>() -> Shape {
    Shape { inner: Inner::Object(|| (T::FIELDS, T::RULES)), ..any() }
}

/// An object with these fields, whatever else it has.
pub const fn fields(fields: &'static [Field]) -> Shape {
    Shape { inner: Inner::Fields(fields), ..any() }
}

/// A list with the elements of `T`.
pub const fn tuple<T: Tuple>() -> Shape {
    Shape { inner: Inner::Tuple(|| T::ELEMENTS), ..any() }
}

/// One of the alternatives of `T`.
pub const fn one_of<T: Choice>() -> Shape {
    Shape { inner: Inner::OneOf(|| T::ALTERNATIVES), ..any() }
}

/// A list of such elements.
pub const fn list(element: &'static Shape) -> Shape {
    Shape { inner: Inner::List(element), ..any() }
}

/// A map with such values.
pub const fn map(value: &'static Shape) -> Shape {
    Shape { inner: Inner::Map(value), ..any() }
}

impl Shape {
    /// Whether it asks for nothing.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.inner, Inner::None)
            && self.rules.is_empty()
            && self.length == (None, None)
            && self.items == (None, None)
            && (self.minimum, self.maximum, self.multiple_of) == (None, None, None)
            && self.pattern.is_none()
            && !self.unique
            && self.kinds == Kinds(0)
    }

    /// A string of at least so many characters.
    pub const fn min_length(mut self, characters: usize) -> Self {
        self.length.0 = Some(characters);
        self
    }

    /// A string of at most so many characters.
    pub const fn max_length(mut self, characters: usize) -> Self {
        self.length.1 = Some(characters);
        self
    }

    /// An integer of at least this.
    pub const fn min(mut self, value: i128) -> Self {
        self.minimum = Some(Limit { value: LimitValue::Integer(value), exclusive: false });
        self
    }

    /// An integer of at most this.
    pub const fn max(mut self, value: i128) -> Self {
        self.maximum = Some(Limit { value: LimitValue::Integer(value), exclusive: false });
        self
    }

    /// A number of at least this.
    pub const fn min_number(mut self, value: f64) -> Self {
        self.minimum = Some(Limit { value: LimitValue::Float(value), exclusive: false });
        self
    }

    /// A number of at most this.
    pub const fn max_number(mut self, value: f64) -> Self {
        self.maximum = Some(Limit { value: LimitValue::Float(value), exclusive: false });
        self
    }

    /// The lower limit itself is outside.
    pub const fn exclusive_min(mut self) -> Self {
        if let Some(limit) = &mut self.minimum {
            limit.exclusive = true;
        }
        self
    }

    /// The upper limit itself is outside.
    pub const fn exclusive_max(mut self) -> Self {
        if let Some(limit) = &mut self.maximum {
            limit.exclusive = true;
        }
        self
    }

    /// A multiple of this integer.
    pub const fn multiple_of(mut self, value: i128) -> Self {
        self.multiple_of = Some(LimitValue::Integer(value));
        self
    }

    /// A multiple of this number.
    pub const fn multiple_of_number(mut self, value: f64) -> Self {
        self.multiple_of = Some(LimitValue::Float(value));
        self
    }

    /// A string that matches this regular expression (ECMA-262, unanchored).
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// A list or map of at least so many entries.
    pub const fn min_items(mut self, count: usize) -> Self {
        self.items.0 = Some(count);
        self
    }

    /// A list or map of at most so many entries.
    pub const fn max_items(mut self, count: usize) -> Self {
        self.items.1 = Some(count);
        self
    }

    /// A list without duplicates.
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// It may be null.
    pub const fn null(mut self) -> Self {
        self.kinds = self.kinds.with(1);
        self
    }

    /// It may be a text.
    pub const fn text(mut self) -> Self {
        self.kinds = self.kinds.with(2);
        self
    }

    /// It may be a number.
    pub const fn number(mut self) -> Self {
        self.kinds = self.kinds.with(4);
        self
    }

    /// It may be an integer.
    pub const fn integer(mut self) -> Self {
        self.kinds = self.kinds.with(8);
        self
    }

    /// It may be `true` or `false`.
    pub const fn flag(mut self) -> Self {
        self.kinds = self.kinds.with(16);
        self
    }

    /// It may be a list.
    pub const fn list(mut self) -> Self {
        self.kinds = self.kinds.with(32);
        self
    }

    /// It may be an object.
    pub const fn object(mut self) -> Self {
        self.kinds = self.kinds.with(64);
        self
    }

    /// Meeting these rules.
    pub const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }
}
