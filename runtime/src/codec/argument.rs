//! Arguments of setters: values, convertible types, and options of either.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::codec::formatted::Formatted;
use crate::codec::json_text::JsonText;
use crate::data::secret::Secret;

/// An argument of a setter for `T`: a `T`, anything that converts into one, or an `Option` of either, of which `None`
/// omits the parameter. For a list, any iterator of items that convert into its elements. For a map, any iterator of
/// pairs of names that convert into `String` and values.
///
/// `M` distinguishes the implementations; the compiler infers it.
///
/// ```
/// # use yundb_runtime::Argument;
/// fn name<M>(name: impl Argument<String, M>) -> Option<String> {
///     name.into_argument()
/// }
///
/// let absent: Option<&str> = None;
/// assert_eq!(name("orders"), Some("orders".to_owned()));
/// assert_eq!(name(Some("orders")), Some("orders".to_owned()));
/// assert_eq!(name(absent), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as `{T}`",
    label = "expected `{T}`, a type that converts into it, or an `Option` of either"
)]
pub trait Argument<T, M> {
    /// Returns the value, or `None` to omit the parameter.
    fn into_argument(self) -> Option<T>;
}

/// A type other than a list, a map, an option and any JSON, which have their own conversions. Implemented by generated
/// types.
#[doc(hidden)]
pub trait Single {}

/// Markers that keep the implementations of [`Argument`] from overlapping.
#[doc(hidden)]
#[derive(Debug)]
pub enum Marker<const KIND: u8> {}

type Plain = Marker<0>;
type Optional = Marker<1>;
type Items = Marker<2>;
type OptionalItems = Marker<3>;

macro_rules! singles {
    ($($type:ty),*) => { $(impl Single for $type {})* };
}

singles!(String, bool, i32, i64, u64, i128, f64, Secret);

impl<T> Single for Formatted<T> {}
impl<T> Single for JsonText<T> {}
impl<T: Single> Single for Box<T> {}

impl<T: Single, U: Into<T>> Argument<T, Plain> for U {
    fn into_argument(self) -> Option<T> {
        Some(self.into())
    }
}

impl<T: Single, U: Into<T>> Argument<T, Optional> for Option<U> {
    fn into_argument(self) -> Option<T> {
        self.map(Into::into)
    }
}

// For a nullable value, `None` is sent as null.
impl<T: Single, U: Into<T>> Argument<Option<T>, Plain> for U {
    fn into_argument(self) -> Option<Option<T>> {
        Some(Some(self.into()))
    }
}

impl<T: Single, U: Into<T>> Argument<Option<T>, Optional> for Option<U> {
    fn into_argument(self) -> Option<Option<T>> {
        Some(self.map(Into::into))
    }
}

impl<T, I: IntoIterator<Item: Into<T>>> Argument<Vec<T>, Items> for I {
    fn into_argument(self) -> Option<Vec<T>> {
        Some(self.into_iter().map(Into::into).collect())
    }
}

impl<T, I: IntoIterator<Item: Into<T>>> Argument<Vec<T>, OptionalItems> for Option<I> {
    fn into_argument(self) -> Option<Vec<T>> {
        self.and_then(Argument::<Vec<T>, Items>::into_argument)
    }
}

impl<T, I: IntoIterator<Item: Into<T>>> Argument<Option<Vec<T>>, Items> for I {
    fn into_argument(self) -> Option<Option<Vec<T>>> {
        Some(Argument::<Vec<T>, Items>::into_argument(self))
    }
}

impl<T, I: IntoIterator<Item: Into<T>>> Argument<Option<Vec<T>>, OptionalItems> for Option<I> {
    fn into_argument(self) -> Option<Option<Vec<T>>> {
        Some(Argument::<Vec<T>, OptionalItems>::into_argument(self))
    }
}

/// A type of values in maps for which a `U` is accepted: the type itself, and `&str` for a string. Other conversions are
/// not accepted, as the type of a number or of `x.into()` could then not be inferred.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "`{U}` cannot be a value of a map of `{Self}`", label = "expected `{Self}`")]
pub trait MapValue<U>: Sized {
    /// Returns the value.
    fn from_value(value: U) -> Self;
}

impl<T> MapValue<T> for T {
    fn from_value(value: T) -> T {
        value
    }
}

impl MapValue<&str> for String {
    fn from_value(value: &str) -> Self {
        value.to_owned()
    }
}

impl<T: MapValue<U>, K: Into<String>, U, I: IntoIterator<Item = (K, U)>> Argument<BTreeMap<String, T>, Items> for I {
    fn into_argument(self) -> Option<BTreeMap<String, T>> {
        Some(self.into_iter().map(|(name, value)| (name.into(), T::from_value(value))).collect())
    }
}

impl<T, I> Argument<BTreeMap<String, T>, OptionalItems> for Option<I>
where
    I: Argument<BTreeMap<String, T>, Items>,
{
    fn into_argument(self) -> Option<BTreeMap<String, T>> {
        self.and_then(Argument::into_argument)
    }
}

impl<T, I> Argument<Option<BTreeMap<String, T>>, Items> for I
where
    I: Argument<BTreeMap<String, T>, Items>,
{
    fn into_argument(self) -> Option<Option<BTreeMap<String, T>>> {
        Some(self.into_argument())
    }
}

impl<T, I> Argument<Option<BTreeMap<String, T>>, OptionalItems> for Option<I>
where
    I: Argument<BTreeMap<String, T>, Items>,
{
    fn into_argument(self) -> Option<Option<BTreeMap<String, T>>> {
        Some(self.and_then(Argument::into_argument))
    }
}

impl<U: Into<Value>> Argument<Value, Plain> for U {
    fn into_argument(self) -> Option<Value> {
        Some(self.into())
    }
}

impl<U: Into<Value>> Argument<Option<Value>, Plain> for U {
    fn into_argument(self) -> Option<Option<Value>> {
        Some(Some(self.into()))
    }
}

/// An argument of a setter for an integer: any integer, or an `Option` of one. If it is out of range, sending the call
/// fails with a violation.
///
/// ```
/// # use yundb_runtime::Integer;
/// fn limit(limit: impl Integer) -> Option<i128> {
///     limit.into_integer()
/// }
///
/// assert_eq!(limit(50), Some(50));
/// assert_eq!(limit("abc".len()), Some(3));
/// assert_eq!(limit(None::<u8>), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "expected an integer or an `Option` of one"
)]
pub trait Integer {
    /// Returns the integer, or `None` to omit the parameter.
    fn into_integer(self) -> Option<i128>;
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl Integer for $type {
            fn into_integer(self) -> Option<i128> {
                // Of these types only `u128` has greater values, and no parameter accepts those.
                Some(i128::try_from(self).unwrap_or(i128::MAX))
            }
        }

        impl Integer for Option<$type> {
            fn into_integer(self) -> Option<i128> {
                self.and_then(Integer::into_integer)
            }
        }
    )* };
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

#[cfg(test)]
mod tests {
    use super::*;

    fn argument<T, M>(value: impl Argument<T, M>) -> Option<T> {
        value.into_argument()
    }

    #[test]
    fn values_and_options_of_them() {
        let absent: Option<&str> = None;
        assert_eq!(argument::<String, _>("a").as_deref(), Some("a"));
        assert_eq!(argument::<String, _>(&"a".to_owned()).as_deref(), Some("a"));
        assert_eq!(argument::<String, _>(Some(std::borrow::Cow::from("a"))).as_deref(), Some("a"));
        assert_eq!(argument::<String, _>(absent), None);
        assert_eq!(argument::<Box<String>, _>("a".to_owned()), Some(Box::new("a".to_owned())));
        assert_eq!(argument::<f64, _>(1), Some(1.0));
        assert_eq!(argument::<Value, _>("a"), Some(Value::from("a")));
    }

    #[test]
    fn lists_from_iterators() {
        let list = Some(vec!["a".to_owned()]);
        assert_eq!(argument::<Vec<String>, _>(["a"]), list);
        assert_eq!(argument::<Vec<String>, _>(vec!["a".to_owned()]), list);
        assert_eq!(argument::<Vec<String>, _>(["a"].iter().copied()), list);
        assert_eq!(argument::<Vec<String>, _>(Some(["a"])), list);
        assert_eq!(argument::<Vec<String>, _>(None::<Vec<String>>), None);
        assert_eq!(argument::<Vec<Vec<String>>, _>([vec!["a".to_owned()]]), list.map(|list| vec![list]));
    }

    #[test]
    fn maps_from_iterators_of_pairs() {
        let map = Some(BTreeMap::from([("a".to_owned(), 1.0)]));
        assert_eq!(argument::<BTreeMap<String, f64>, _>([("a", 1.0)]), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>([("a".to_owned(), 1.into())]), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(vec![("a", 1.0)]), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(["a"].into_iter().zip([1.0])), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(std::collections::HashMap::from([("a", 1.0)])), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(map.clone().unwrap()), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(map.clone()), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(Some([("a", 1.0)])), map);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(None::<BTreeMap<String, f64>>), None);
        assert_eq!(argument::<BTreeMap<String, f64>, _>(BTreeMap::<String, f64>::new()), Some(BTreeMap::new()));
        assert_eq!(argument::<BTreeMap<String, u64>, _>([("a", 1)]), Some([("a".to_owned(), 1)].into()));
        let texts: Option<BTreeMap<String, String>> = Some([("a".to_owned(), "b".to_owned())].into());
        assert_eq!(argument::<BTreeMap<String, String>, _>([("a", "b")]), texts);
        assert_eq!(argument::<BTreeMap<String, String>, _>([(&"a".to_owned(), "b".to_owned())]), texts);
        assert_eq!(argument::<Option<BTreeMap<String, f64>>, _>([("a", 1.0)]), Some(map));
        assert_eq!(argument::<Option<BTreeMap<String, f64>>, _>(None::<[(&str, f64); 0]>), Some(None));
    }

    #[test]
    fn null_is_not_the_same_as_absent() {
        assert_eq!(argument::<Option<String>, _>("a"), Some(Some("a".to_owned())));
        assert_eq!(argument::<Option<String>, _>(None::<String>), Some(None));
        assert_eq!(argument::<Option<Vec<i32>>, _>([1]), Some(Some(vec![1])));
        assert_eq!(argument::<Option<Vec<i32>>, _>(None::<[i32; 0]>), Some(None));
    }

    #[test]
    fn any_integer() {
        assert_eq!((50).into_integer(), Some(50));
        assert_eq!(usize::MAX.into_integer(), Some(i128::from(u64::MAX)));
        assert_eq!(Some(-1_i8).into_integer(), Some(-1));
        assert_eq!(u128::MAX.into_integer(), Some(i128::MAX));
    }
}
