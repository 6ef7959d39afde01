//! The crate's frame: its page, the list of operation modules, and the client.

use proc_macro2::TokenStream;
use quote::quote;

use super::layout::File;
use super::runtime::Uses;
use super::{EmitError, Scope, doc, doc_inner, ident, operation, templates};
use crate::lower::model::{Place, Protocol, SchemeKind, Service};

/// `lib.rs`: the crate's page and what it exports.
pub(super) fn lib(service: &Service) -> Result<TokenStream, EmitError> {
    let page = templates::page(service)?;
    let docs = doc_inner(&page.lines().map(str::to_owned).collect::<Vec<_>>());
    Ok(quote! {
        #docs
        #![forbid(unsafe_code)]
        mod client;
        pub mod operations;
        pub mod types;
        pub use client::Client;
        #[doc(no_inline)]
        pub use yundb_runtime::{self as runtime, ClientBuilder, Credentials, Error, Response, Secret};
    })
}

/// `operations/mod.rs`: one module a feature.
pub(super) fn modules(service: &Service) -> TokenStream {
    let modules = service.groups.iter().map(|group| {
        let (module, feature) = (ident(&group.module), &group.feature);
        quote!(#[cfg(feature = #feature)] pub mod #module;)
    });
    quote! {
        //! The operations, a module for each tag.
        #(#modules)*
    }
}

/// `client.rs`: the service's data and the client.
pub(super) fn client(service: &Service) -> TokenStream {
    let uses = Uses::default();
    let scope = Scope { service, file: File::Shared, uses: &uses };
    let (service_type, protocols, builder, call, spec) =
        (uses.item("Service"), uses.item("Protocol"), uses.item("ClientBuilder"), uses.item("Call"), uses.item("Spec"));
    let (version, product) = (&service.version, &service.product);
    let protocol = ident(match service.protocol {
        Protocol::Http => "Http",
        Protocol::AliyunRpc => "AliyunRpc",
        Protocol::HuaweiRest => "HuaweiRest",
    });
    let servers = operation::servers(&scope, &service.servers);
    let schemes = service.schemes.iter().map(|scheme| {
        let (scheme_type, kinds) = (uses.item("Scheme"), uses.item("SchemeKind"));
        let name = &scheme.name;
        let kind = match &scheme.kind {
            SchemeKind::ApiKey(place, key) => {
                let places = uses.item("Place");
                let place = ident(match place {
                    Place::Header => "Header",
                    Place::Cookie => "Cookie",
                    _ => "Query",
                });
                quote!(#kinds::ApiKey(#places::#place, #key))
            }
            SchemeKind::Basic => quote!(#kinds::Basic),
            SchemeKind::Bearer => quote!(#kinds::Bearer),
        };
        quote!(#scheme_type { name: #name, kind: #kind })
    });
    let schemes: Vec<_> = schemes.collect();
    let security = operation::alternatives(&service.security);
    let imports = uses.imports();
    let docs = doc(&[format!("A client of {}. Cheap to clone; clones share connections and settings.", service.title)]);
    quote! {
        //! The client and the facts of the service that all calls share.
        #imports
        static SERVICE: #service_type = #service_type {
            package: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
            version: #version,
            product: #product,
            protocol: #protocols::#protocol,
            servers: &[#servers],
            schemes: &[#(#schemes),*],
            security: &[#security],
        };
        #docs
        #[derive(Clone, Debug)]
        pub struct Client(yundb_runtime::Client);
        impl Client {
            /// Begins a client: region, credentials and the like.
            pub fn builder() -> #builder<Self> {
                #builder::new(&SERVICE)
            }
            #[allow(dead_code, reason = "a crate without any feature has no operation")]
            pub(crate) fn call(&self, spec: &'static #spec) -> #call {
                self.0.call(spec)
            }
        }
        impl From<yundb_runtime::Client> for Client {
            fn from(inner: yundb_runtime::Client) -> Self {
                Self(inner)
            }
        }
    }
}
