//! The parameters of operations, as data: where each goes, and how it is written.

use super::shape::{Constant, Shape};

/// One parameter of an operation: where it goes and how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub place: Place,
    /// Whether it must be given.
    pub required: bool,
    /// How lists and objects are written.
    pub style: Style,
    /// Whether each element of a list or object gets its own `name=value`.
    pub explode: bool,
    /// Whether reserved characters are sent unencoded.
    pub allow_reserved: bool,
    /// Whether the value is sent as JSON text.
    pub json: bool,
    /// Whether it stands for all fields of a form that have no parameter of their own: an object of them, or their files.
    pub spread: bool,
    /// The media types of a multipart field, as the document lists them; empty for the default.
    pub media_type: &'static str,
    /// The client setting that fills it when the call does not.
    pub client: Option<&'static str>,
    /// The only value that it can have, which is sent unless the call sets another.
    pub constant: Option<Constant>,
    /// What the value must look like.
    pub shape: Shape,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A `{name}` of the path.
    Path,
    /// The query; for RPC operations the form body, unless the client sends GET.
    Query,
    /// The whole query: the fields of an object, or JSON.
    QueryString,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A field of the JSON body.
    Field,
    /// A field of the url-encoded form body.
    Form,
    /// A field of the multipart body.
    Part,
    /// The whole body.
    Body,
    /// A header of the part of the multipart body that has this field.
    PartHeader(&'static str),
}

/// How lists and objects are written (OpenAPI's `style`).
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
    /// `name=a; name=b` in a cookie, as it is, without percent-encoding.
    Cookie,
    /// In forms: each element of a list by itself, and an object as JSON.
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

/// A field of the url-encoded form body.
pub const fn form(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Form, Style::Content, true, shape)
}

/// A field of the multipart body.
pub const fn part(name: &'static str, shape: Shape) -> Param {
    param(name, Place::Part, Style::Content, true, shape)
}

/// A header of the part of the multipart body that has the field `of`.
pub const fn part_header(of: &'static str, name: &'static str, shape: Shape) -> Param {
    param(name, Place::PartHeader(of), Style::Simple, false, shape)
}

/// The whole body.
pub const fn body(shape: Shape) -> Param {
    param("body", Place::Body, Style::Form, true, shape)
}

impl Param {
    /// It must be given.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Written in another style than its place's default.
    pub const fn style(mut self, style: Style, explode: bool) -> Self {
        self.style = style;
        self.explode = explode;
        self
    }

    /// Reserved characters are sent unencoded.
    pub const fn allow_reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }

    /// Sent as JSON text.
    pub const fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Standing for all fields of a form that have no parameter of their own.
    pub const fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// A multipart field of this media type, or of one of a list.
    pub const fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// Filled by a setting of the client.
    pub const fn client(mut self, setting: &'static str) -> Self {
        self.client = Some(setting);
        self
    }

    /// Sent with this value, the only one that it can have, unless the call sets another.
    pub const fn constant(mut self, value: Constant) -> Self {
        self.constant = Some(value);
        self
    }
}
