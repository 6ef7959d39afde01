//! Constructors of shapes, for generated code.

use super::types::{
    Alternative, Choice, Constant, Field, Format, Inner, Kind, Kinds, Later, Limit, LimitValue, Mark, Object, Rule,
    Shape, Tuple,
};

/// A required field.
pub const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, required: true, shape }
}

/// An optional field.
pub const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, required: false, shape }
}

/// Any value, without limits.
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

/// A shape that no value satisfies.
pub const fn never() -> Shape {
    const ANYTHING: Shape = any();
    const RULES: &[Rule] = &[Rule::Not(&ANYTHING)];
    Shape { rules: RULES, ..any() }
}

/// An object with the fields of `T`.
pub const fn object<T: Object>() -> Shape {
    Shape { inner: Inner::Object(Later::Of(|| (T::FIELDS, T::RULES))), ..any() }
}

/// An object with these fields, and any others.
pub const fn fields(fields: &'static [Field]) -> Shape {
    Shape { inner: Inner::Fields(fields), ..any() }
}

/// A list with the elements of `T`.
pub const fn tuple<T: Tuple>() -> Shape {
    Shape { inner: Inner::Tuple(Later::Of(|| T::ELEMENTS)), ..any() }
}

/// One of the alternatives of `T`.
pub const fn one_of<T: Choice>() -> Shape {
    Shape { inner: Inner::OneOf(Later::Of(|| T::ALTERNATIVES)), ..any() }
}

/// A list with this shape of elements.
pub const fn list(element: &'static Shape) -> Shape {
    Shape { inner: Inner::List(element), ..any() }
}

/// A map with this shape of values.
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
    /// Sets the kind of elements of a list or map.
    pub const fn of(mut self, elements: Kind) -> Self {
        self.elements = elements;
        self
    }

    /// Sets the properties that identify it.
    pub const fn when(mut self, marks: &'static [Mark]) -> Self {
        self.marks = marks;
        self
    }
}

impl Shape {
    /// Whether it has no limits.
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

    /// Sets the minimum number of characters of a string.
    pub const fn min_length(mut self, characters: usize) -> Self {
        self.length.0 = Some(characters);
        self
    }

    /// Sets the maximum number of characters of a string.
    pub const fn max_length(mut self, characters: usize) -> Self {
        self.length.1 = Some(characters);
        self
    }

    /// Sets the minimum of an integer.
    pub const fn min(mut self, value: i128) -> Self {
        self.minimum = Some(Limit { value: LimitValue::Integer(value), exclusive: false });
        self
    }

    /// Sets the maximum of an integer.
    pub const fn max(mut self, value: i128) -> Self {
        self.maximum = Some(Limit { value: LimitValue::Integer(value), exclusive: false });
        self
    }

    /// Sets the minimum of a number.
    pub const fn min_number(mut self, value: f64) -> Self {
        self.minimum = Some(Limit { value: LimitValue::Float(value), exclusive: false });
        self
    }

    /// Sets the maximum of a number.
    pub const fn max_number(mut self, value: f64) -> Self {
        self.maximum = Some(Limit { value: LimitValue::Float(value), exclusive: false });
        self
    }

    /// Excludes the minimum itself.
    pub const fn exclusive_min(mut self) -> Self {
        if let Some(limit) = &mut self.minimum {
            limit.exclusive = true;
        }
        self
    }

    /// Excludes the maximum itself.
    pub const fn exclusive_max(mut self) -> Self {
        if let Some(limit) = &mut self.maximum {
            limit.exclusive = true;
        }
        self
    }

    /// Requires a multiple of this integer.
    pub const fn multiple_of(mut self, value: i128) -> Self {
        self.multiple_of = Some(LimitValue::Integer(value));
        self
    }

    /// Requires a multiple of this number.
    pub const fn multiple_of_number(mut self, value: f64) -> Self {
        self.multiple_of = Some(LimitValue::Float(value));
        self
    }

    /// Requires a string that matches this regular expression (ECMA-262, unanchored).
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Requires a date and time with an offset from UTC.
    pub const fn date_time(mut self) -> Self {
        self.format = Some(Format::DateTime);
        self
    }

    /// Requires a date and time without an offset.
    pub const fn date_time_local(mut self) -> Self {
        self.format = Some(Format::DateTimeLocal);
        self
    }

    /// Requires a date.
    pub const fn date(mut self) -> Self {
        self.format = Some(Format::Date);
        self
    }

    /// Requires a time of day.
    pub const fn time(mut self) -> Self {
        self.format = Some(Format::Time);
        self
    }

    /// Requires a UUID.
    pub const fn uuid(mut self) -> Self {
        self.format = Some(Format::Uuid);
        self
    }

    /// Requires an absolute URL.
    pub const fn uri(mut self) -> Self {
        self.format = Some(Format::Uri);
        self
    }

    /// Requires an IPv4 address.
    pub const fn ipv4(mut self) -> Self {
        self.format = Some(Format::Ipv4);
        self
    }

    /// Requires an IPv6 address.
    pub const fn ipv6(mut self) -> Self {
        self.format = Some(Format::Ipv6);
        self
    }

    /// Requires an IP address.
    pub const fn ip(mut self) -> Self {
        self.format = Some(Format::Ip);
        self
    }

    /// Sets the minimum number of entries of a list or map.
    pub const fn min_items(mut self, count: usize) -> Self {
        self.items.0 = Some(count);
        self
    }

    /// Sets the maximum number of entries of a list or map.
    pub const fn max_items(mut self, count: usize) -> Self {
        self.items.1 = Some(count);
        self
    }

    /// Requires a list without duplicates.
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Allows null.
    pub const fn null(mut self) -> Self {
        self.kinds = self.kinds.with(1);
        self
    }

    /// Allows a string.
    pub const fn text(mut self) -> Self {
        self.kinds = self.kinds.with(2);
        self
    }

    /// Allows a number.
    pub const fn number(mut self) -> Self {
        self.kinds = self.kinds.with(4);
        self
    }

    /// Allows an integer.
    pub const fn integer(mut self) -> Self {
        self.kinds = self.kinds.with(8);
        self
    }

    /// Allows `true` or `false`.
    pub const fn flag(mut self) -> Self {
        self.kinds = self.kinds.with(16);
        self
    }

    /// Allows a list.
    pub const fn list(mut self) -> Self {
        self.kinds = self.kinds.with(32);
        self
    }

    /// Allows an object.
    pub const fn object(mut self) -> Self {
        self.kinds = self.kinds.with(64);
        self
    }

    /// Sets further rules.
    pub const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }
}
