//! The frame of the crate: its page, the list of operation modules, and the client.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::layout::File;
use super::runtime::Uses;
use super::{EmitError, Scope, doc, doc_inner, ident, operation, templates};
use crate::lower::model::{Operation, Place, Protocol, SchemeKind, Service};
use crate::lower::plain;

/// Methods of operators and other traits of the standard library; clippy mistakes methods with these names for their
/// implementations.
const TRAIT_METHODS: &[&str] = &[
    "add",
    "as_mut",
    "as_ref",
    "bitand",
    "bitor",
    "bitxor",
    "borrow",
    "borrow_mut",
    "cmp",
    "default",
    "deref",
    "deref_mut",
    "div",
    "drop",
    "eq",
    "from_iter",
    "from_str",
    "hash",
    "index",
    "index_mut",
    "into_iter",
    "mul",
    "neg",
    "next",
    "not",
    "rem",
    "shl",
    "shr",
    "sub",
];

/// `lib.rs`: the crate's page and its exports.
pub(super) fn lib(service: &Service) -> Result<TokenStream, EmitError> {
    let page = templates::page(service)?;
    let docs = doc_inner(&page.lines().map(str::to_owned).collect::<Vec<_>>());
    // Each type of a chain takes several steps of rustc's recursion limit, which defaults to 128.
    let steps = Literal::string(&(service.longest_chain * 8).next_power_of_two().to_string());
    let limit = (service.longest_chain > 16).then(|| quote!(#![recursion_limit = #steps]));
    let webhooks = (!service.received.is_empty()).then(|| {
        quote!(
            pub mod webhooks;
        )
    });
    let guides = (!service.guides.is_empty()).then(|| {
        quote!(
            pub mod docs;
        )
    });
    let methods = service.groups.iter().flat_map(|group| &group.operations).flat_map(|operation| {
        std::iter::once(&operation.method_name).chain(operation.setters.iter().map(|setter| &setter.ident))
    });
    let alike = methods
        .into_iter()
        .any(|method| TRAIT_METHODS.contains(&method.as_str()))
        .then(|| quote!(#![allow(clippy::should_implement_trait, reason = "the names are those of the document")]));
    // Docs link items by their full paths, even if these are in scope, and operations of features that may be disabled.
    Ok(quote! {
        #docs
        #![forbid(unsafe_code)]
        #alike
        #limit
        #![allow(rustdoc::redundant_explicit_links)]
        #![cfg_attr(not(feature = "default"), allow(rustdoc::broken_intra_doc_links))]
        #![cfg_attr(docsrs, feature(doc_cfg))]
        mod client;
        #guides
        pub mod operations;
        pub mod types;
        #webhooks
        pub use client::Client;
        #[doc(no_inline)]
        pub use yundb_runtime::{self as runtime, CallError, ClientBuilder, Credentials, Error, Response, Secret};
    })
}

/// `docs.rs`: the guides, a module each.
pub(super) fn guides(service: &Service) -> TokenStream {
    let guides = service.guides.iter().map(|guide| {
        let (module, file) = (ident(&guide.module), format!("../{}", templates::guide_path(guide)));
        quote!(#[doc = include_str!(#file)] pub mod #module {})
    });
    quote! {
        //! Guides to the service.
        #(#guides)*
    }
}

/// `operations/mod.rs`: a module per feature.
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
    let scope = Scope { service, uses: &uses };
    let (service_type, protocols, builder, call, spec) =
        (uses.item("Service"), uses.item("Protocol"), uses.item("ClientBuilder"), uses.item("Call"), uses.item("Spec"));
    let (version, product, busy) = (&service.version, &service.product, &service.busy);
    let protocol = ident(match service.protocol {
        Protocol::Http => "Http",
        Protocol::AliyunRpc => "AliyunRpc",
        Protocol::HuaweiRest => "HuaweiRest",
    });
    let servers = operation::servers(&scope, &service.servers);
    let schemes = service.schemes.iter().map(|scheme| {
        let (scheme_type, name, kind) = (uses.item("Scheme"), &scheme.name, kind(&scope, &scheme.kind));
        quote!(#scheme_type { name: #name, kind: #kind })
    });
    let schemes: Vec<_> = schemes.collect();
    let security = operation::alternatives(&service.security);
    let jobs = jobs(&scope);
    let names = service.jobs.iter().map(|job| {
        let name = ident(&job.name);
        quote!(&#name)
    });
    let names: Vec<_> = names.collect();
    let limits = service.limits.iter().map(|limit| {
        let (calls, seconds) = (Literal::u32_unsuffixed(limit.calls), Literal::u32_unsuffixed(limit.seconds));
        let limit = uses.item("RateLimit");
        quote!(#limit { calls: #calls, seconds: #seconds })
    });
    let limits: Vec<_> = limits.collect();
    let waiting = (!service.jobs.is_empty()).then(|| {
        let (response, wait, handle) = (uses.item("Response"), uses.item("Wait"), uses.item("JobHandle"));
        quote! {
            /// Waits for the job that a response started: `.await` its end, or poll its progress as a stream.
            pub fn wait_for<T, H>(&self, response: &#response<T, H>) -> #wait {
                self.0.wait_for(response)
            }
            /// Waits for a job that was started before, perhaps by another process.
            pub fn resume(&self, job: #handle) -> #wait {
                self.0.resume(job)
            }
        }
    });
    let json_call = uses.item("JsonCall");
    let undocumented = match service.protocol {
        Protocol::AliyunRpc => quote! {
            /// Starts a call of an action that is not in the document, such as `DescribeX`, typed as JSON.
            pub fn call_action(&self, action: impl Into<String>) -> #json_call {
                self.0.call_action(action)
            }
        },
        Protocol::Http | Protocol::HuaweiRest => quote! {
            /// Starts a call that is not in the document, typed as JSON, by method and path. Names in braces are filled
            /// in by the call, or else from the client's setting of that name: `/v3/{project_id}/instances`.
            pub fn call_path(&self, method: impl Into<String>, path: impl Into<String>) -> #json_call {
                self.0.call_path(method, path)
            }
        },
    };
    let errors = service.errors.iter().map(|(category, codes)| {
        let (categories, category) = (uses.item("ErrorCategory"), ident(category));
        quote!((#categories::#category, &[#(#codes),*]))
    });
    let errors: Vec<_> = errors.collect();
    let applicable = applicable(service);
    let imports = uses.into_names().imports(File::Shared);
    let title = plain(&service.title);
    let docs = doc(&[
        format!("A client of {title}: each operation is a method that returns a call."),
        String::new(),
        "See the [crate's page](crate) for an example.".to_owned(),
        String::new(),
        "# Configuration".to_owned(),
        String::new(),
        "[`builder`](Self::builder) sets credentials, region, endpoint, retries, time limits, and the transport."
            .to_owned(),
        String::new(),
        "# Sharing".to_owned(),
        String::new(),
        "Cheap to clone: clones share connections, credentials and limits. A program needs one client for each"
            .to_owned(),
        "account and region.".to_owned(),
    ]);
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
            jobs: &[#(#names),*],
            limits: &[#(#limits),*],
            busy: &[#(#busy),*],
            errors: &[#(#errors),*],
        };
        #jobs
        #docs
        #[derive(Clone, Debug)]
        pub struct Client(yundb_runtime::Client);
        impl Client {
            /// Returns a builder of a client; see [`ClientBuilder`](yundb_runtime::ClientBuilder).
            pub fn builder() -> #builder<Self> {
                #builder::new(&SERVICE)
            }
            #waiting
            #undocumented
            #[allow(dead_code, reason = "a crate without any feature has no operation")]
            pub(crate) fn call(&self, spec: &'static #spec) -> #call {
                self.0.call(spec)
            }
        }
        #applicable
        impl From<yundb_runtime::Client> for Client {
            fn from(inner: yundb_runtime::Client) -> Self {
                Self(inner)
            }
        }
    }
}

/// The traits for the builder's settings that apply to the client.
fn applicable(service: &Service) -> TokenStream {
    let operations = || service.groups.iter().flat_map(|group| &group.operations);
    let servers = || service.servers.iter().chain(operations().flat_map(|operation| &operation.servers));
    let fills = |name: &str| {
        let by_param = operations().flat_map(|operation| &operation.params);
        by_param.filter_map(|param| param.client.as_deref()).any(|filled| filled == name)
            || servers().flat_map(|server| &server.variables).any(|variable| variable.name == name)
    };
    let regional = fills("region") || servers().any(|server| server.region.is_some());
    let vendor = service.protocol != Protocol::Http;
    let traits = [
        ("HasRegions", vendor || regional),
        ("HasProjects", service.protocol == Protocol::HuaweiRest || fills("project_id") || fills("domain_id")),
        ("HasLanguages", fills("language")),
        ("SignsRequests", vendor),
        ("IsAlibabaCloud", service.protocol == Protocol::AliyunRpc),
        ("IsHuaweiCloud", service.protocol == Protocol::HuaweiRest),
        ("HasKeys", !vendor),
    ];
    let implemented = traits.iter().filter(|(_, applies)| *applies).map(|(name, _)| {
        let name = ident(name);
        quote!(impl yundb_runtime::builder::#name for Client {})
    });
    implemented.collect()
}

/// The kind of a security scheme.
fn kind(scope: &Scope<'_>, kind: &SchemeKind) -> TokenStream {
    let kinds = scope.uses.item("SchemeKind");
    match kind {
        SchemeKind::ApiKey(place, key) => {
            let places = scope.uses.item("Place");
            let place = ident(match place {
                Place::Header => "Header",
                Place::Cookie => "Cookie",
                _ => "Query",
            });
            quote!(#kinds::ApiKey(#places::#place, #key))
        }
        SchemeKind::Basic => quote!(#kinds::Basic),
        SchemeKind::Bearer => quote!(#kinds::Bearer),
        SchemeKind::Caller(None) => quote!(#kinds::Caller(None)),
        SchemeKind::Caller(Some(suggested)) => {
            let suggested = self::kind(scope, suggested);
            quote!(#kinds::Caller(Some(&#suggested)))
        }
    }
}

/// The kinds of jobs, each with its poll operation, so that jobs can be polled whatever features are enabled.
fn jobs(scope: &Scope<'_>) -> TokenStream {
    let operations = || scope.service.groups.iter().flat_map(|group| &group.operations);
    let jobs = scope.service.jobs.iter().enumerate().filter_map(|(kind, job)| {
        let begins = |operation: &&Operation| operation.job.as_ref().is_some_and(|start| start.kind == kind);
        let begun_by: BTreeSet<&str> = operations().filter(begins).map(|operation| operation.name.as_str()).collect();
        let begun_by = begun_by.iter();
        let poll = operation::spec(scope, operations().find(|operation| operation.method_name == job.poll)?);
        let method = &job.poll;
        let (job_type, name) = (scope.uses.item("Job"), ident(&job.name));
        let (argument, state) = (&job.argument, &job.state);
        let also = &job.also;
        let (running, succeeded, failed) = (&job.running, &job.succeeded, &job.failed);
        Some(quote! {
            pub(crate) static #name: #job_type = #job_type {
                begun_by: &[#(#begun_by),*],
                poll: &#poll.client_method(#method),
                argument: #argument,
                also: &[#(#also),*],
                state: #state,
                running: &[#(#running),*],
                succeeded: &[#(#succeeded),*],
                failed: &[#(#failed),*],
            };
        })
    });
    jobs.collect()
}
