//! The closed list of reasons why a fact makes no difference to a client.

use super::Kind;

/// Why a fact makes no difference to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No operation refers to the component.
    Unreferenced,
    /// A key without a value.
    Null,
    /// An `x-` key.
    Extension,
    /// The document's publisher and terms.
    Publisher,
    /// A link to further reading.
    FurtherReading,
    /// A tag without operations.
    UnusedTag,
    /// A path without operations.
    EmptyPath,
    /// A tag of an operation beyond its first.
    FurtherTag,
    /// `allowEmptyValue`
    AllowEmpty,
    /// An example that is longer than a line, or one of several.
    FurtherExample,
    /// A sample of a whole body.
    Sample,
    /// `links`
    Link,
    /// `title`
    Title,
    /// `xml`
    Xml,
    /// How a token is obtained.
    TokenObtained,
    /// A keyword for schema tools only.
    SchemaTool,
    /// A read-only field.
    ReadOnly,
    /// A keyword for values of another type than the schema's.
    OtherType,
    /// Keywords of a header beyond its values.
    HeaderForm,
    /// A repetition of an earlier fact.
    Repeated,
    /// A fact of the path that the operation overrides.
    Overridden,
    /// The discriminator of a single alternative.
    SoleAlternative,
    /// A header that HTTP itself handles.
    HttpHeader,
    /// Part of a value that is passed as raw JSON, text or bytes.
    Opaque,
    /// A limit beside a stricter one.
    Stricter,
    /// A fact of a base type that the derived type overrides.
    Base,
    /// `pathItems` and `mediaTypes` under `components`.
    Inlined,
    /// Descriptions of schemas that are only checked.
    OnlyChecked,
    /// Keywords that depend on a missing condition.
    Unconditional,
    /// A property without possible values.
    Never,
    /// The name of a body.
    BodyName,
    /// A field that every server-sent event has.
    EventField,
    /// A body where HTTP has none.
    NoBody,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 33] = [
        Self::Unreferenced,
        Self::Null,
        Self::Extension,
        Self::Publisher,
        Self::FurtherReading,
        Self::UnusedTag,
        Self::EmptyPath,
        Self::FurtherTag,
        Self::AllowEmpty,
        Self::FurtherExample,
        Self::Sample,
        Self::Link,
        Self::Title,
        Self::Xml,
        Self::TokenObtained,
        Self::SchemaTool,
        Self::ReadOnly,
        Self::OtherType,
        Self::HeaderForm,
        Self::Repeated,
        Self::Overridden,
        Self::SoleAlternative,
        Self::HttpHeader,
        Self::Opaque,
        Self::Stricter,
        Self::Base,
        Self::Inlined,
        Self::OnlyChecked,
        Self::Unconditional,
        Self::Never,
        Self::BodyName,
        Self::EventField,
        Self::NoBody,
    ];

    /// Its name in reports: `unreferenced`.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// Why it makes no difference.
    pub fn why(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unreferenced => ("unreferenced", "no operation refers to the component"),
            Self::Null => ("null", "a null value counts as absent; many tools emit one"),
            Self::Extension => {
                ("extension", "an extension of another tool, or a note; yundb's own are checked by `load`")
            }
            Self::Publisher => ("publisher", "the publisher of the document, and its terms"),
            Self::FurtherReading => ("further-reading", "a link beside the description"),
            Self::UnusedTag => ("unused-tag", "no operation has the tag"),
            Self::EmptyPath => ("empty-path", "the path has no operation"),
            Self::FurtherTag => ("further-tag", "an operation is in the module of its first tag"),
            Self::AllowEmpty => ("allow-empty-value", "empty strings can always be sent"),
            Self::FurtherExample => ("further-example", "the docs have one example of a value, if it fits on a line"),
            Self::Sample => ("sample", "a sample of a whole body, which the types describe"),
            Self::Link => ("link", "possible follow-up calls, each of which is in the client"),
            Self::Title => ("title", "a name for people; types are named after their component or field"),
            Self::Xml => ("xml", "how a value is written as XML; XML bodies are given and returned as text"),
            Self::TokenObtained => ("token-obtained", "how to obtain a token, which is up to the caller"),
            Self::SchemaTool => ("schema-tool", "for schema tools only; does not constrain values"),
            Self::ReadOnly => ("read-only", "the field is set by the service and never sent"),
            Self::OtherType => ("other-type", "the keyword applies to values of another type than the schema's"),
            Self::HeaderForm => ("header-form", "a response header is parsed by its schema if it is present"),
            Self::Repeated => ("repeated", "repeats an earlier fact"),
            Self::Overridden => ("overridden", "the operation overrides it"),
            Self::SoleAlternative => {
                ("sole-alternative", "there is only one alternative, so no discriminator is needed")
            }
            Self::HttpHeader => ("http-header", "OpenAPI defines it by media types and security schemes"),
            Self::Stricter => ("stricter", "a stricter limit applies to the same value"),
            Self::Base => ("base", "the type derived from the base overrides it"),
            Self::Inlined => ("inlined", "is in the client at each path that refers to it"),
            Self::OnlyChecked => ("only-checked", "describes a schema that is only a check, without a type of its own"),
            Self::Unconditional => ("unconditional", "`then` and `else` have no effect without `if`"),
            Self::Never => ("never", "the schema of the property accepts no value, so there is no field"),
            Self::BodyName => ("body-name", "a body is sent without a name, though Swagger 2.0 requires one"),
            Self::EventField => ("event-field", "a standard field of every server-sent event"),
            Self::NoBody => ("no-body", "HTTP has no body for `HEAD` and the statuses 204, 205 and 304"),
            Self::Opaque => ("opaque", "the whole value is passed as text or bytes"),
        }
    }

    /// The reason for a key of an object that is always inconsequential.
    pub(super) fn of(kind: Kind, key: &str) -> Option<Self> {
        Some(match (kind, key) {
            (_, key) if key.starts_with("x-") => Self::Extension,
            (Kind::Info, "termsOfService" | "contact" | "license") => Self::Publisher,
            (Kind::Document | Kind::Tag | Kind::Schema, "externalDocs") => Self::FurtherReading,
            (Kind::ExternalDocs, _) => Self::FurtherReading,
            (Kind::Parameter | Kind::Header, "allowEmptyValue") => Self::AllowEmpty,
            (Kind::Parameter | Kind::Header, "examples") => Self::FurtherExample,
            (Kind::Header, "example" | "required" | "style" | "explode" | "allowReserved") => Self::HeaderForm,
            (Kind::MediaType, "example" | "examples") => Self::Sample,
            (Kind::Response, "links") => Self::Link,
            (Kind::Schema, "title") => Self::Title,
            (Kind::Schema, "xml") => Self::Xml,
            (Kind::Schema, "examples") => Self::FurtherExample,
            (
                Kind::Schema,
                "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$comment" | "$defs"
                | "definitions" | "$vocabulary",
            ) => Self::SchemaTool,
            (Kind::Components, "pathItems" | "mediaTypes") => Self::Inlined,
            (Kind::Document, "jsonSchemaDialect" | "$self") => Self::SchemaTool,
            (Kind::SecurityScheme, "flows" | "openIdConnectUrl" | "oauth2MetadataUrl") => Self::TokenObtained,
            _ => return None,
        })
    }
}
