//! The parameters of operations, as data: where each is sent, and how it is serialized.

use super::shape::{Constant, Shape};

/// A parameter of an operation: where it is sent and how it is serialized.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it is sent.
    pub place: Place,
    /// Whether it is required.
    pub required: bool,
    /// How lists and objects are serialized.
    pub style: Style,
    /// Whether each element of a list or object gets its own `name=value`.
    pub explode: bool,
    /// Whether reserved characters are sent unencoded.
    pub allow_reserved: bool,
    /// Whether the value is sent as JSON text.
    pub json: bool,
    /// Whether it stands for all fields of a form without a parameter of their own: an object of them, or their files.
    pub spread: bool,
    /// The media types of a multipart field, as the document lists them; empty for the default.
    pub media_type: &'static str,
    /// The client setting that fills it when the call does not.
    pub client: Option<&'static str>,
    /// The only value that it can have, which is sent unless the call sets another.
    pub constant: Option<Constant>,
    /// The shape of the value.
    pub shape: Shape,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A `{name}` of the path.
    Path,
    /// The query; for RPC operations the form body, unless the client uses GET.
    Query,
    /// The whole query: the fields of an object, or JSON.
    QueryString,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A field of the JSON body.
    Field,
    /// A field of the URL-encoded form body.
    Form,
    /// A field of the multipart body.
    Part,
    /// The whole body.
    Body,
    /// A header of the multipart body's part with this field.
    PartHeader(&'static str),
}

/// How lists and objects are serialized (OpenAPI's `style`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b` in path or header.
    Simple,
    /// `.a.b` in the path.
    Label,
    /// `;name=a` in the path.
    Matrix,
    /// `name=a&name=b` or `name=a,b`.
    Form,
    /// `a b`.
    SpaceDelimited,
    /// `a|b`.
    PipeDelimited,
    /// `name[key]=value`.
    DeepObject,
    /// `name=a; name=b` in a cookie, verbatim, without percent-encoding.
    Cookie,
    /// In forms: each element of a list separately, and an object as JSON.
    Content,
}

const fn param(name: &'static str, place: Place, style: Style, explode: bool, shape: Shape) -> Param {
    Param {
        name,
        place,
        required: false,
        style,
        explode,
        allow_reserved: false,
        json: false,
        spread: false,
        media_type: "",
        client: None,
        constant: None,
        shape,
    }
}

/// A path parameter.
pub const fn path(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Path, Style::Simple, false, shape).required()
}

/// A query parameter.
pub const fn query(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Query, Style::Form, true, shape)
}

/// The whole query.
pub const fn query_string(name: &'static str, shape: Shape) -> Param {
    param(name, Place::QueryString, Style::Content, true, shape)
}

/// A header.
pub const fn header(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Header, Style::Simple, false, shape)
}

/// A cookie.
pub const fn cookie(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Cookie, Style::Form, true, shape)
}

/// A field of the JSON body.
pub const fn field(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Field, Style::Form, true, shape)
}

/// A field of the URL-encoded form body.
pub const fn form(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Form, Style::Content, true, shape)
}

/// A field of the multipart body.
pub const fn part(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Part, Style::Content, true, shape)
}

/// A header of the multipart body's part with the field `of`.
pub const fn part_header(of: &'static str, name: &'static str, shape: Shape) -> Param {
    param(name, Place::PartHeader(of), Style::Simple, false, shape)
}

/// The whole body.
pub const fn body(shape: Shape) -> Param {
    param("body", Place::Body, Style::Form, true, shape)
}

impl Param {
    /// Makes it required.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets another style than the default of its place.
    pub const fn style(mut self, style: Style, explode: bool) -> Self {
        self.style = style;
        self.explode = explode;
        self
    }

    /// Sends reserved characters unencoded.
    pub const fn allow_reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }

    /// Sends the value as JSON text.
    pub const fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Makes it stand for all fields of a form without a parameter of their own.
    pub const fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// Sets the media type of a multipart field, or a list of alternatives.
    pub const fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// Sets the client setting that fills it.
    pub const fn client(mut self, setting: &'static str) -> Self {
        self.client = Some(setting);
        self
    }

    /// Sets its only possible value, which is sent unless the call sets another.
    pub const fn constant(mut self, value: Constant) -> Self {
        self.constant = Some(value);
        self
    }
}
