//! How generated code writes shapes.

use super::types::{
    Alternative, Choice, Constant, Field, Format, Inner, Kind, Kinds, Limit, LimitValue, Mark, Object, Rule, Shape,
    Tuple,
};

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
        format: None,
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

impl Shape {
    /// Whether it asks for nothing.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.inner, Inner::None)
            && self.rules.is_empty()
            && self.length == (None, None)
            && self.items == (None, None)
            && (self.minimum, self.maximum, self.multiple_of) == (None, None, None)
            && self.pattern.is_none()
            && self.format.is_none()
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

    /// A date and time with an offset from UTC.
    pub const fn date_time(mut self) -> Self {
        self.format = Some(Format::DateTime);
        self
    }

    /// A date and time without an offset.
    pub const fn date_time_local(mut self) -> Self {
        self.format = Some(Format::DateTimeLocal);
        self
    }

    /// A date.
    pub const fn date(mut self) -> Self {
        self.format = Some(Format::Date);
        self
    }

    /// A time of day.
    pub const fn time(mut self) -> Self {
        self.format = Some(Format::Time);
        self
    }

    /// A UUID.
    pub const fn uuid(mut self) -> Self {
        self.format = Some(Format::Uuid);
        self
    }

    /// An absolute URL.
    pub const fn uri(mut self) -> Self {
        self.format = Some(Format::Uri);
        self
    }

    /// An IPv4 address.
    pub const fn ipv4(mut self) -> Self {
        self.format = Some(Format::Ipv4);
        self
    }

    /// An IPv6 address.
    pub const fn ipv6(mut self) -> Self {
        self.format = Some(Format::Ipv6);
        self
    }

    /// An IP address.
    pub const fn ip(mut self) -> Self {
        self.format = Some(Format::Ip);
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
