//! What a request value must look like, as data: the facts that are checked before anything is sent.
//!
//! Generated types implement [`Object`] with a table of their fields; `check` walks a value along its [`Shape`].

/// A type whose fields are checked before a request is sent.
pub trait Object {
    /// The fields that have something to check: required ones, bounded ones, and those with such fields inside.
    const FIELDS: &'static [Field];
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
    /// The fields of an object. A function, so that types may contain themselves.
    Object(fn() -> &'static [Field]),
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
    pub marks: [Mark; 3],
    /// What it must look like.
    pub shape: Shape,
}

/// A property that an alternative is known by, if there is a path.
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
    Alternative { kind, elements: Kind::Any, marks: [Mark { path: &[], values: &[] }; 3], shape }
}

impl Alternative {
    /// A list or map of this kind of elements.
    pub const fn of(mut self, elements: Kind) -> Self {
        self.elements = elements;
        self
    }

    /// It is known by a property; of more than three the first count.
    pub const fn when(mut self, path: &'static [&'static str], values: &'static [Constant]) -> Self {
        let mut at = 0;
        while at < self.marks.len() {
            if self.marks[at].path.is_empty() {
                self.marks[at] = Mark { path, values };
                return self;
            }
            at += 1;
        }
        self
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never prints the fields: a type that contains itself would not end.
        f.write_str(match self {
            Self::None => "None",
            Self::Object(_) => "Object",
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
    }
}

/// An object with the fields of `T`.
pub const fn object<T: Object>() -> Shape {
    Shape { inner: Inner::Object(|| T::FIELDS), ..any() }
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
}
