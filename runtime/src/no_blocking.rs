//! Placeholders for the blocking methods while the feature `blocking` is off. They cannot be called, and the compile
//! error states the remedy. They are hidden from the docs.

/// Implemented by no type.
#[diagnostic::on_unimplemented(
    message = "blocking methods require the feature `blocking` of the client's crate",
    label = "the feature `blocking` is disabled",
    note = "enable it in Cargo.toml, as in `yundb-huawei-ddm = {{ version = \"0.1\", features = [\"blocking\"] }}`"
)]
pub trait WithoutAsync<'a>: Sized {
    /// Never called.
    fn call<T>(self) -> T;
}

/// Defines methods that require [`WithoutAsync`].
#[doc(hidden)]
#[macro_export]
macro_rules! without_async {
    ($name:ty { $($method:ident $(<$generic:ident>)? ($($argument:ident: $type:ty)?) -> $output:ty;)* }) => {
        impl $name {
            $(
                // The lifetime keeps the compiler from evaluating the bound here, where it does not hold.
                #[doc(hidden)]
                pub fn $method $(<$generic>)? (self $(, $argument: $type)?) -> $output
                where
                    for<'a> Self: $crate::WithoutAsync<'a>,
                {
                    $(let _ = $argument;)?
                    $crate::WithoutAsync::call(self)
                }
            )*
        }
    };
}

/// Placeholders for the methods of an operation.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_methods {
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>) => {
        $crate::without_async!($name {
            send_blocking() ->
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>;
            send_as_blocking<T>(representation: $crate::Representation<T>) ->
                ::core::result::Result<$crate::Response<T $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>;
        });
    };
}

/// A placeholder for the method of an operation whose calls can be presigned.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_presigned_methods {
    ($name:ident => CallError<$error:ty $(, $headers:ty)?>) => {
        $crate::without_async!($name {
            presigned_url_blocking() -> ::core::result::Result<$crate::Secret, $crate::CallError<$error $(, $headers)?>>;
        });
    };
}

/// Placeholders for the methods of a paged operation.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_paged_methods {
    ($name:ident => $item:ty, Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>) => {
        $crate::without_async!($name {
            pages_blocking() -> ::core::iter::Empty<
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>,
            >;
            items_blocking() -> ::core::iter::Empty<
                ::core::result::Result<$item, $crate::CallError<$error $(, $headers)?>>,
            >;
        });
    };
}
