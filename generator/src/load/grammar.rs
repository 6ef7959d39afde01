//! The grammar of OpenAPI 3: its objects, their fields, and the shape of each field's value.
//!
//! All walks over a document use this table, so that a `$ref`, an invalid value or an extension is interpreted
//! according to the object it is in.

/// The shape of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any value; opaque (examples, defaults).
    Any,
    Text,
    Flag,
    Number,
    /// A non-negative integer.
    Count,
    Object(Kind),
    /// A schema, `true` or `false`.
    SchemaOrFlag,
    List(&'static Shape),
    Map(&'static Shape),
}

/// The objects of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Paths,
    PathItem,
    Operation,
    ExternalDocs,
    Parameter,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Header,
    Tag,
    Components,
    Schema,
    Discriminator,
    Xml,
    SecurityScheme,
    OAuthFlows,
    OAuthFlow,
}

/// The effect on an object of an invalid field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The field is left out.
    Optional,
    /// The field is optional; but an invalid one invalidates the object, whose meaning would change without it.
    Vital,
    /// The field is required and must be valid.
    Required,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub need: Need,
}

use Kind::*;
use Shape::{Any, Count, Flag, List, Map, Number, Object, SchemaOrFlag, Text};

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, need: Need::Optional }
}

const fn vital(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, need: Need::Vital }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, need: Need::Required }
}

const TEXTS: Shape = List(&Text);
const SERVERS: Shape = List(&Object(Server));
const PARAMETERS: Shape = List(&Object(Parameter));
const SECURITY: Shape = List(&Map(&TEXTS));
const SCHEMAS: Shape = Map(&Object(Schema));
const ENCODINGS: Shape = Map(&Object(Encoding));
const CONTENT: Shape = Map(&Object(MediaType));
const EXAMPLES: Shape = Map(&Object(Example));
const HEADERS: Shape = Map(&Object(Header));

impl Kind {
    /// The fields of the object. Those of the document itself also depend on its version, which `check` handles.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Document => {
                &const {
                    [
                        must("openapi", Text),
                        may("$self", Text),
                        must("info", Object(Info)),
                        may("servers", SERVERS),
                        must("paths", Object(Paths)),
                        may("components", Object(Components)),
                        may("security", SECURITY),
                        may("tags", List(&Object(Tag))),
                        may("externalDocs", Object(ExternalDocs)),
                        may("webhooks", Map(&Object(PathItem))),
                    ]
                }
            }
            Info => {
                &const {
                    [
                        must("title", Text),
                        may("summary", Text),
                        may("description", Text),
                        may("termsOfService", Text),
                        may("contact", Object(Contact)),
                        may("license", Object(License)),
                        must("version", Text),
                    ]
                }
            }
            Contact => &const { [may("name", Text), may("url", Text), may("email", Text)] },
            License => &const { [must("name", Text), may("url", Text), may("identifier", Text)] },
            Server => {
                &const {
                    [
                        must("url", Text),
                        may("name", Text),
                        may("description", Text),
                        vital("variables", Map(&Object(ServerVariable))),
                    ]
                }
            }
            ServerVariable => &const { [may("enum", TEXTS), must("default", Text), may("description", Text)] },
            Paths | Responses | Callback => &[],
            PathItem => {
                &const {
                    [
                        may("summary", Text),
                        may("description", Text),
                        may("get", Object(Operation)),
                        may("put", Object(Operation)),
                        may("post", Object(Operation)),
                        may("delete", Object(Operation)),
                        may("options", Object(Operation)),
                        may("head", Object(Operation)),
                        may("patch", Object(Operation)),
                        may("trace", Object(Operation)),
                        may("query", Object(Operation)),
                        may("additionalOperations", Map(&Object(Operation))),
                        may("servers", SERVERS),
                        may("parameters", PARAMETERS),
                    ]
                }
            }
            Operation => {
                &const {
                    [
                        may("tags", TEXTS),
                        may("summary", Text),
                        may("description", Text),
                        may("externalDocs", Object(ExternalDocs)),
                        may("operationId", Text),
                        may("parameters", PARAMETERS),
                        may("requestBody", Object(RequestBody)),
                        may("responses", Object(Responses)),
                        may("callbacks", Map(&Object(Callback))),
                        may("deprecated", Flag),
                        may("security", SECURITY),
                        may("servers", SERVERS),
                    ]
                }
            }
            ExternalDocs => &const { [may("description", Text), must("url", Text)] },
            Parameter => {
                &const {
                    [
                        must("name", Text),
                        must("in", Text),
                        may("description", Text),
                        vital("required", Flag),
                        may("deprecated", Flag),
                        may("allowEmptyValue", Flag),
                        vital("style", Text),
                        vital("explode", Flag),
                        vital("allowReserved", Flag),
                        vital("schema", Object(Schema)),
                        vital("content", CONTENT),
                        may("example", Any),
                        may("examples", EXAMPLES),
                    ]
                }
            }
            RequestBody => &const { [may("description", Text), must("content", CONTENT), vital("required", Flag)] },
            MediaType => {
                &const {
                    [
                        vital("schema", Object(Schema)),
                        vital("itemSchema", Object(Schema)),
                        may("example", Any),
                        may("examples", EXAMPLES),
                        vital("encoding", ENCODINGS),
                        vital("prefixEncoding", List(&Object(Encoding))),
                        vital("itemEncoding", Object(Encoding)),
                    ]
                }
            }
            Encoding => {
                &const {
                    [
                        vital("contentType", Text),
                        vital("headers", HEADERS),
                        vital("style", Text),
                        vital("explode", Flag),
                        vital("allowReserved", Flag),
                        vital("encoding", ENCODINGS),
                        vital("prefixEncoding", List(&Object(Encoding))),
                        vital("itemEncoding", Object(Encoding)),
                    ]
                }
            }
            Response => {
                &const {
                    [
                        may("summary", Text),
                        must("description", Text),
                        may("headers", HEADERS),
                        vital("content", CONTENT),
                        may("links", Map(&Object(Link))),
                    ]
                }
            }
            Example => {
                &const {
                    [
                        may("summary", Text),
                        may("description", Text),
                        may("value", Any),
                        may("dataValue", Any),
                        may("serializedValue", Text),
                        may("externalValue", Text),
                    ]
                }
            }
            Link => {
                &const {
                    [
                        vital("operationRef", Text),
                        vital("operationId", Text),
                        vital("parameters", Map(&Any)),
                        may("requestBody", Any),
                        may("description", Text),
                        may("server", Object(Server)),
                    ]
                }
            }
            Header => {
                &const {
                    [
                        may("description", Text),
                        vital("required", Flag),
                        may("deprecated", Flag),
                        may("allowEmptyValue", Flag),
                        vital("style", Text),
                        vital("explode", Flag),
                        may("allowReserved", Flag),
                        vital("schema", Object(Schema)),
                        vital("content", CONTENT),
                        may("example", Any),
                        may("examples", EXAMPLES),
                    ]
                }
            }
            Tag => {
                &const {
                    [
                        must("name", Text),
                        may("summary", Text),
                        may("description", Text),
                        may("externalDocs", Object(ExternalDocs)),
                        may("parent", Text),
                        may("kind", Text),
                    ]
                }
            }
            Components => {
                &const {
                    [
                        may("schemas", SCHEMAS),
                        may("responses", Map(&Object(Response))),
                        may("parameters", Map(&Object(Parameter))),
                        may("examples", EXAMPLES),
                        may("requestBodies", Map(&Object(RequestBody))),
                        may("headers", HEADERS),
                        may("securitySchemes", Map(&Object(SecurityScheme))),
                        may("links", Map(&Object(Link))),
                        may("callbacks", Map(&Object(Callback))),
                        may("pathItems", Map(&Object(PathItem))),
                        may("mediaTypes", CONTENT),
                    ]
                }
            }
            Schema => {
                &const {
                    [
                        may("title", Text),
                        may("multipleOf", Number),
                        may("maximum", Number),
                        may("exclusiveMaximum", Flag),
                        may("minimum", Number),
                        may("exclusiveMinimum", Flag),
                        may("maxLength", Count),
                        may("minLength", Count),
                        may("pattern", Text),
                        may("maxItems", Count),
                        may("minItems", Count),
                        may("uniqueItems", Flag),
                        may("maxProperties", Count),
                        may("minProperties", Count),
                        may("required", TEXTS),
                        may("enum", List(&Any)),
                        may("const", Any),
                        vital("type", Text),
                        vital("allOf", List(&Object(Schema))),
                        vital("oneOf", List(&Object(Schema))),
                        vital("anyOf", List(&Object(Schema))),
                        may("not", Object(Schema)),
                        vital("items", Object(Schema)),
                        vital("properties", SCHEMAS),
                        vital("additionalProperties", SchemaOrFlag),
                        vital("prefixItems", List(&Object(Schema))),
                        vital("unevaluatedItems", SchemaOrFlag),
                        vital("patternProperties", SCHEMAS),
                        vital("unevaluatedProperties", SchemaOrFlag),
                        may("propertyNames", Object(Schema)),
                        may("dependentRequired", Map(&TEXTS)),
                        may("dependentSchemas", SCHEMAS),
                        may("if", Object(Schema)),
                        may("then", Object(Schema)),
                        may("else", Object(Schema)),
                        may("contains", Object(Schema)),
                        may("minContains", Count),
                        may("maxContains", Count),
                        may("contentEncoding", Text),
                        may("contentMediaType", Text),
                        may("contentSchema", Object(Schema)),
                        may("description", Text),
                        may("format", Text),
                        may("default", Any),
                        may("nullable", Flag),
                        may("discriminator", Object(Discriminator)),
                        may("readOnly", Flag),
                        may("writeOnly", Flag),
                        may("xml", Object(Xml)),
                        may("externalDocs", Object(ExternalDocs)),
                        may("example", Any),
                        may("deprecated", Flag),
                        may("x-json", Object(Schema)),
                    ]
                }
            }
            Discriminator => {
                &const { [must("propertyName", Text), vital("mapping", Map(&Text)), may("defaultMapping", Text)] }
            }
            Xml => {
                &const {
                    [
                        may("name", Text),
                        may("namespace", Text),
                        may("prefix", Text),
                        may("attribute", Flag),
                        may("wrapped", Flag),
                        may("nodeType", Text),
                    ]
                }
            }
            SecurityScheme => {
                &const {
                    [
                        must("type", Text),
                        may("description", Text),
                        vital("name", Text),
                        vital("in", Text),
                        vital("scheme", Text),
                        may("bearerFormat", Text),
                        vital("flows", Object(OAuthFlows)),
                        vital("openIdConnectUrl", Text),
                        may("oauth2MetadataUrl", Text),
                        may("deprecated", Flag),
                    ]
                }
            }
            OAuthFlows => {
                &const {
                    [
                        may("implicit", Object(OAuthFlow)),
                        may("password", Object(OAuthFlow)),
                        may("clientCredentials", Object(OAuthFlow)),
                        may("authorizationCode", Object(OAuthFlow)),
                        may("deviceAuthorization", Object(OAuthFlow)),
                    ]
                }
            }
            OAuthFlow => {
                &const {
                    [
                        vital("authorizationUrl", Text),
                        may("deviceAuthorizationUrl", Text),
                        vital("tokenUrl", Text),
                        may("refreshUrl", Text),
                        must("scopes", Map(&Text)),
                    ]
                }
            }
        }
    }

    /// The field for a key of the object. None for extensions and unknown keys.
    pub fn field(self, key: &str) -> Option<Field> {
        if let Some(field) = self.fields().iter().find(|field| field.name == key) {
            return Some(*field);
        }
        // Objects whose keys are data.
        if key.starts_with("x-") || key == "$ref" {
            return None;
        }
        let shape = match self {
            Paths if key.starts_with('/') => Object(PathItem),
            Callback => Object(PathItem),
            Responses => Object(Response),
            _ => return None,
        };
        Some(Field { name: "", shape, need: Need::Optional })
    }

    /// The section of `components` for such objects, if they can be referred to. (Callbacks and links have sections
    /// too, but openapiv3 keeps no `$ref` of a callback, and a client needs neither: they are inlined.)
    pub fn section(self) -> Option<&'static str> {
        match self {
            Schema => Some("schemas"),
            Response => Some("responses"),
            Parameter => Some("parameters"),
            Example => Some("examples"),
            RequestBody => Some("requestBodies"),
            Header => Some("headers"),
            SecurityScheme => Some("securitySchemes"),
            Link => Some("links"),
            _ => None,
        }
    }

    /// The object's name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Document => "an OpenAPI document",
            Info => "`info`",
            Contact => "a contact",
            License => "a license",
            Server => "a server",
            ServerVariable => "a server variable",
            Paths => "`paths`",
            PathItem => "a path",
            Operation => "an operation",
            ExternalDocs => "`externalDocs`",
            Parameter => "a parameter",
            RequestBody => "a request body",
            MediaType => "a media type",
            Encoding => "an encoding",
            Responses => "`responses`",
            Response => "a response",
            Callback => "a callback",
            Example => "an example",
            Link => "a link",
            Header => "a header",
            Tag => "a tag",
            Components => "`components`",
            Schema => "a schema",
            Discriminator => "a discriminator",
            Xml => "`xml`",
            SecurityScheme => "a security scheme",
            OAuthFlows => "`flows`",
            OAuthFlow => "an OAuth flow",
        }
    }
}

impl Shape {
    /// The object, if the shape is one.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Object(kind) => Some(kind),
            SchemaOrFlag => Some(Schema),
            _ => None,
        }
    }

    /// The shape of the value under a key.
    pub fn member(self, key: &str) -> Self {
        match (self, self.kind()) {
            (Map(inner), _) => *inner,
            (_, Some(kind)) => kind.field(key).map_or(Any, |field| field.shape),
            _ => Any,
        }
    }

    /// The expected value in a message.
    pub fn describe(self) -> String {
        match self {
            Any => "anything".to_owned(),
            Text => "a string".to_owned(),
            Flag => "`true` or `false`".to_owned(),
            Number => "a number".to_owned(),
            Count => "a non-negative integer".to_owned(),
            Object(kind) => format!("{} (a map)", kind.name()),
            SchemaOrFlag => "a schema, `true` or `false`".to_owned(),
            List(_) => "a list".to_owned(),
            Map(_) => "a map".to_owned(),
        }
    }
}
