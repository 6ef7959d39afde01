//! Setters: what callers fill structs with, one line a field in generated code.

/// Gives a struct whose fields are options `new()` and a setter for each field.
///
/// `setters!(Name { field: kind(Type), .. })`, where the kind says what the setter takes: `value` the type itself, `into`
/// whatever turns into it, `list` and `list_into` anything that yields elements, `boxed` a value that is held in a box,
/// and `nullable` an option, of which `None` is sent as null.
///
/// With `setters!(Name, filled { field: kind(Type) = constant, .. } and further)`, where `further` is the map of further fields, if there is
/// one, it also gives the struct its `Default`, in which constants are set. What is read has them only where they were.
#[macro_export]
macro_rules! setters {
    ($name:ident { $($field:ident: $kind:ident($type:ty)),* $(,)? }) => {
        impl $name {
            /// Nothing set so far but constants.
            pub fn new() -> Self {
                <Self as ::core::default::Default>::default()
            }

            $($crate::setters!(@$kind $field $type);)*
        }
    };
    (
        $name:ident, filled { $($field:ident: $kind:ident($type:ty) $(= $constant:expr)?),* $(,)? } $(and $further:ident)?
    ) => {
        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $crate::setters!(@filled $($constant)?),)*
                    $($further: ::core::default::Default::default(),)?
                }
            }
        }

        $crate::setters!($name { $($field: $kind($type)),* });
    };
    (@filled) => { ::core::option::Option::None };
    (@filled $constant:expr) => { ::core::option::Option::Some($constant) };
    (@value $field:ident $type:ty) => {
        /// Sets the field of this name.
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
    (@into $field:ident $type:ty) => {
        /// Sets the field of this name.
        pub fn $field(mut self, $field: impl ::core::convert::Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@list $field:ident $type:ty) => {
        /// Sets the elements of the field of this name.
        pub fn $field(mut self, $field: impl ::core::iter::IntoIterator<Item = $type>) -> Self {
            self.$field = Some($field.into_iter().collect());
            self
        }
    };
    (@list_into $field:ident $type:ty) => {
        /// Sets the elements of the field of this name.
        pub fn $field(
            mut self,
            $field: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$type>>,
        ) -> Self {
            self.$field = Some($field.into_iter().map(::core::convert::Into::into).collect());
            self
        }
    };
    (@boxed $field:ident $type:ty) => {
        /// Sets the field of this name.
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some(::std::boxed::Box::new($field));
            self
        }
    };
    (@nullable $field:ident $type:ty) => {
        /// Sets the field of this name, or with `None` sends null.
        pub fn $field(mut self, $field: impl ::core::convert::Into<::core::option::Option<$type>>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
}
