//! The derive macro of the generated clients' structs; `yundb-runtime` re-exports it as `yundb_runtime::Record`.

mod fields;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use fields::{Absent, Struct};

/// Implements serde's `Serialize` and `Deserialize` for a struct with named fields and no generics, by way of
/// `yundb_runtime::record`. It compiles in half of the time of serde's own macros, as the implementations share all
/// code that does not depend on the fields.
///
/// Of serde's attributes it has `rename_all = "PascalCase"` and `"camelCase"`, `default` (of the struct and of a field),
/// `rename`, `skip_serializing_if = "Option::is_none"`, and `flatten` for a `BTreeMap` of additional fields. Any other is
/// an error. A field of type `Option<Option<T>>` distinguishes `null`, which is `Some(None)`, from "absent".
#[proc_macro_derive(Record, attributes(serde))]
pub fn record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    Struct::read(&input).map_or_else(syn::Error::into_compile_error, |it| implementation(&it)).into()
}

fn implementation(it: &Struct<'_>) -> TokenStream {
    let (name, text) = (it.name, it.name.to_string());
    let wires = it.fields.iter().map(|field| &field.wire);
    let writes = it.fields.iter().map(|field| {
        let (ident, wire) = (field.ident, &field.wire);
        if field.skips_none { quote!(to.some(#wire, &self.#ident);) } else { quote!(to.field(#wire, &self.#ident);) }
    });
    // A value to begin with, which reading fills: the struct itself, unless something in it must be read.
    let in_place = it.fields.iter().all(|field| field.absent != Absent::Error);
    let slots = it.fields.iter().map(|field| (&field.ty, field.absent));
    let slots = slots.chain(it.additional.iter().map(|(_, ty)| (ty, Absent::Default)));
    let types = slots.clone().map(|(ty, absent)| match absent {
        Absent::Error => quote!(::core::option::Option<#ty>),
        Absent::None | Absent::Default => quote!(#ty),
    });
    let empty = slots.map(|(_, absent)| match absent {
        Absent::Error | Absent::None => quote!(::core::option::Option::None),
        Absent::Default => quote!(::core::default::Default::default()),
    });
    let idents = || it.fields.iter().map(|field| field.ident).chain(it.additional.iter().map(|(ident, _)| *ident));
    let place = |at: usize, ident: &syn::Ident| match in_place {
        true => quote!(to.#ident),
        false => {
            let at = syn::Index::from(at);
            quote!(to.#at)
        }
    };
    let reads = it.fields.iter().enumerate().map(|(at, field)| {
        let to = place(at, field.ident);
        match (field.nullable, field.absent) {
            (true, _) => quote!(#at => from.nullable(&mut #to),),
            (false, Absent::Error) => quote!(#at => from.required(&mut #to),),
            (false, Absent::None) => quote!(#at => from.value(&mut #to),),
            (false, Absent::Default) => quote!(#at => from.defaulted(&mut #to),),
        }
    });
    let (slots, empty, built) = match in_place {
        true => {
            let idents = idents();
            (quote!(Self), quote!(Self { #(#idents: #empty),* }), quote!(::core::result::Result::Ok(to)))
        }
        false => {
            let fields = idents().zip(it.fields.iter().map(Some).chain([None])).enumerate();
            let fields = fields.map(|(at, (ident, field))| {
                let slot = place(at, ident);
                match field.filter(|field| field.absent == Absent::Error).map(|field| &field.wire) {
                    Some(wire) => quote!(#ident: #slot.ok_or(#wire)?),
                    None => quote!(#ident: #slot),
                }
            });
            (quote!((#(#types,)*)), quote!((#(#empty,)*)), quote!(::core::result::Result::Ok(Self { #(#fields),* })))
        }
    };
    let more = it.additional.as_ref().map(|(ident, _)| {
        let to = place(it.fields.len(), ident);
        quote! {
            const OPEN: bool = true;
            fn read_more<'de, S: ::yundb_runtime::record::Source<'de>>(
                to: &mut Self::Slots,
                name: ::std::string::String,
                from: &mut S,
            ) -> ::core::result::Result<(), S::Error> {
                from.entry(&mut #to, name)
            }
        }
    });
    let write_more = it.additional.as_ref().map(|(ident, _)| quote!(to.entries(&self.#ident);));
    // Absolute paths: a struct may have any name, and fields of any type.
    quote! {
        impl ::yundb_runtime::serde::Serialize for #name {
            fn serialize<S: ::yundb_runtime::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                ::yundb_runtime::record::serialize(self, serializer)
            }
        }

        impl<'de> ::yundb_runtime::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::yundb_runtime::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::yundb_runtime::record::deserialize(deserializer)
            }
        }

        impl ::yundb_runtime::record::Record for #name {
            const NAME: &'static str = #text;
            const FIELDS: &'static [&'static str] = &[#(#wires),*];
            type Slots = #slots;

            fn write<T: ::yundb_runtime::record::Target>(&self, to: &mut T) {
                #(#writes)*
                #write_more
            }

            fn empty() -> Self::Slots {
                #empty
            }

            fn read<'de, S: ::yundb_runtime::record::Source<'de>>(
                to: &mut Self::Slots,
                at: usize,
                from: &mut S,
            ) -> ::core::result::Result<(), S::Error> {
                match at {
                    #(#reads)*
                    _ => ::core::result::Result::Ok(()),
                }
            }

            fn build(to: Self::Slots) -> ::core::result::Result<Self, &'static str> {
                #built
            }

            #more
        }
    }
}
