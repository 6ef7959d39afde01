//! Setters for structs that callers fill, in generated code.

/// Defines a struct with optional fields, `new()`, and for each field a setter with the field's docs. Fields that are
/// `None` are not sent.
///
/// A field may have a default, as in `pub kind: Option<Kind> = Kind::Backup`, which is sent unless another value is
/// set; decoding does not fill it in. The struct may be followed by `.. name: BTreeMap<String, T>`, for all fields with
/// other names.
///
/// ```
/// yundb_runtime::setters! {
///     /// A database to create.
///     pub struct Database {
///         /// Name of the database.
///         pub name: Option<String>,
///         /// Character set.
///         #[serde(rename = "charSet")]
///         pub character_set: Option<String> = "utf8mb4",
///         /// Labels.
///         pub labels: Option<Vec<String>>,
///     }
/// }
///
/// let database = Database::new().name("orders").labels(["prod"]);
/// assert_eq!(serde_json::to_string(&database)?, r#"{"name":"orders","charSet":"utf8mb4","labels":["prod"]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! setters {
    (
        $(#[doc = $docs:expr])*
        $(#[derive($($derives:tt)*)])?
        $(#[serde($($container:tt)*)])?
        pub struct $name:ident {
            $(
                $(#[doc = $field_docs:expr])*
                $(#[serde($($serde:tt)*)])?
                pub $field:ident: Option<$type:ty> $(= $default:expr)?,
            )*
        } $(.. $map:ident: $map_type:ty)?
    ) => {
        $(#[doc = $docs])*
        $(#[derive($($derives)*)])?
        #[derive(Clone, Debug, PartialEq, $crate::Record)]
        $(#[serde($($container)*)])?
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $field_docs])*
                #[serde(skip_serializing_if = "Option::is_none" $(, $($serde)*)?)]
                pub $field: Option<$type>,
            )*
            $(
                /// Additional fields, by name.
                #[serde(flatten)]
                pub $map: $map_type,
            )?
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $crate::setters!(@default $($default)?),)*
                    $($map: ::core::default::Default::default(),)?
                }
            }
        }

        impl $crate::Single for $name {}

        impl $name {
            /// Creates an empty value, except for constants.
            pub fn new() -> Self {
                <Self as ::core::default::Default>::default()
            }

            $(
                $(#[doc = $field_docs])*
                pub fn $field<M>(mut self, $field: impl $crate::Argument<$type, M>) -> Self {
                    self.$field = $field.into_argument();
                    self
                }
            )*
        }
    };
    (@default) => { ::core::option::Option::None };
    (@default $default:expr) => { ::core::option::Option::Some($default.into()) };
}
