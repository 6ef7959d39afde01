//! Structs that callers fill: setters, in generated code.

/// Gives a struct whose fields are options `new()` and for each field a setter with the field's docs. It is written as it reads;
/// fields that are `None` are not sent.
///
/// A field may have a default, as in `pub kind: Option<Kind> = Kind::Backup`, which is sent unless another value is set; what is
/// read has it only where it was there. Behind the struct `.. name: BTreeMap<String, T>` may stand, for all fields of other
/// names.
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
        #[derive(Clone, Debug, PartialEq, $crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(crate = "yundb_runtime::serde" $(, $($container)*)?)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $field_docs])*
                #[serde(default, skip_serializing_if = "Option::is_none" $(, $($serde)*)?)]
                pub $field: Option<$type>,
            )*
            $(
                /// Further fields, by name.
                #[serde(flatten, deserialize_with = "yundb_runtime::additional")]
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
            /// An empty value, but for constants.
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
