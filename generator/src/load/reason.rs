//! What a document may say that makes no difference to a client: the closed list, with a reason for each.

use super::Kind;

/// Why something makes no difference to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing refers to the component.
    Unreferenced,
    /// A key without a value.
    Null,
    /// An `x-` key.
    Extension,
    /// Who publishes the document, and on what terms.
    Publisher,
    /// A link to further reading.
    FurtherReading,
    /// A tag that no operation has.
    UnusedTag,
    /// A path without operations.
    EmptyPath,
    /// A tag of an operation beyond its first.
    FurtherTag,
    /// `allowEmptyValue`
    AllowEmpty,
    /// An example that is longer than a line, or stands beside another one.
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
    /// A word that only tools for schemas need.
    SchemaTool,
    /// A field that only the service sets.
    ReadOnly,
    /// A keyword for values of another type than the schema's.
    OtherType,
    /// What a header says of itself beyond its values.
    HeaderForm,
    /// What repeats an earlier one.
    Repeated,
    /// What the operation says instead of its path.
    Overridden,
    /// A discriminator of one alternative.
    SoleAlternative,
    /// A header that HTTP itself handles.
    HttpHeader,
    /// The whole is given or returned as any JSON, text or bytes.
    Opaque,
    /// A limit beside a stricter one.
    Stricter,
    /// What the base of a type says of itself.
    Base,
    /// `pathItems` and `mediaTypes` under `components`.
    Inlined,
    /// Words about what is only checked.
    OnlyChecked,
    /// What depends on a condition that isn't there.
    Unconditional,
    /// A property that has no value.
    Never,
    /// The name of a body.
    BodyName,
    /// What a document says of the fields that every server-sent event has.
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

    /// What it is, for reports: `unreferenced`.
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
            Self::Publisher => ("publisher", "who publishes the document, and on what terms"),
            Self::FurtherReading => ("further-reading", "a link beside the description"),
            Self::UnusedTag => ("unused-tag", "no operation is in the tag"),
            Self::EmptyPath => ("empty-path", "the path has no operation"),
            Self::FurtherTag => ("further-tag", "an operation stands in the module of its first tag"),
            Self::AllowEmpty => ("allow-empty-value", "an empty text can always be sent"),
            Self::FurtherExample => ("further-example", "docs show one example of a value, if it fits into a line"),
            Self::Sample => ("sample", "a sample of a whole body, which the types describe"),
            Self::Link => ("link", "which calls may follow; each of them is in the client"),
            Self::Title => ("title", "a name for people; types are called after their component or field"),
            Self::Xml => ("xml", "how a value is written as XML; XML bodies are given and returned as text"),
            Self::TokenObtained => ("token-obtained", "how a token is obtained, which is the caller's business"),
            Self::SchemaTool => ("schema-tool", "tells tools how to read the schema, and says nothing of values"),
            Self::ReadOnly => ("read-only", "only the service sets the field; it is never sent"),
            Self::OtherType => ("other-type", "the keyword holds for values of another type than the schema's"),
            Self::HeaderForm => ("header-form", "a response header is read if it is there, as text by its schema"),
            Self::Repeated => ("repeated", "says again what was said before"),
            Self::Overridden => ("overridden", "the operation has another of its own, which counts"),
            Self::SoleAlternative => {
                ("sole-alternative", "there is one alternative only, so there is nothing to tell apart")
            }
            Self::HttpHeader => ("http-header", "OpenAPI says it elsewhere: media types and security schemes"),
            Self::Stricter => ("stricter", "a stricter limit holds for the same value"),
            Self::Base => ("base", "says of a base what the type that is made of it says for itself"),
            Self::Inlined => ("inlined", "stands in the client at each path that refers to it"),
            Self::OnlyChecked => {
                ("only-checked", "words about a schema that values are held against, and that is no type")
            }
            Self::Unconditional => ("unconditional", "`then` and `else` mean nothing without an `if`"),
            Self::Never => ("never", "the schema of the property lets no value through, so there is no field"),
            Self::BodyName => ("body-name", "a body is not sent under a name; Swagger 2.0 wants one all the same"),
            Self::EventField => ("event-field", "a field that every event of a stream has, by the standard"),
            Self::NoBody => ("no-body", "HTTP has no body there: of `HEAD`, and of the statuses 204, 205 and 304"),
            Self::Opaque => ("opaque", "the caller gives or gets the whole as text or bytes"),
        }
    }

    /// The reason that holds for a key of an object wherever it stands.
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
