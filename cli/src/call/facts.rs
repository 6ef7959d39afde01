//! The model of an operation as the runtime's data: the same facts that the generator writes as Rust.
//!
//! The data lives as long as the process, like that of generated code.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Number;
use yundb_generator::load::integer;
use yundb_generator::lower::model::{self, TypeId, TypeKind};
use yundb_runtime::operation::{self, Param, Place, Style};
use yundb_runtime::shape::{self, Alternative, Constant, Inner, Kind, Later, Mark, Rule};
use yundb_runtime::{
    ErrorCategory, Field, Job, Paging, Protocol, RateLimit, Scheme, SchemeKind, Server, Service, Shape, Spec, Variable,
};

use super::document::Lowered;

pub(super) fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(super) fn text(text: &str) -> &'static str {
    Box::leak(text.into())
}

fn texts(all: &[String]) -> &'static [&'static str] {
    list(all, |it| text(it))
}

fn list<T, U>(all: &[T], each: impl FnMut(&T) -> U) -> &'static [U] {
    Box::leak(all.iter().map(each).collect())
}

/// Converts the facts of one service.
pub(super) struct Facts<'m> {
    service: &'m model::Service,
    /// The types so far, by which recursive ones refer to themselves.
    types: RefCell<HashMap<TypeId, Inner>>,
}

/// What the runtime needs to call an operation.
pub(super) struct Call {
    pub service: &'static Service,
    pub spec: &'static Spec,
    pub paging: Option<Paging>,
}

impl<'m> Facts<'m> {
    pub fn of(lowered: &'m Lowered) -> Call {
        let facts = Self { service: &lowered.service, types: RefCell::default() };
        let (operation, kinds) = (&lowered.operation, &lowered.service.jobs);
        let job = operation.job.as_ref().and_then(|start| {
            let job = facts.job(kinds.get(start.kind)?, operation)?;
            Some((text(&start.id), kept(job)))
        });
        let spec = kept(Spec { job, ..facts.spec(operation) });
        let paging = operation.paging.as_ref().map(paging);
        Call { service: kept(facts.service(spec.job.map(|(_, job)| job))), spec, paging }
    }

    fn service(&self, job: Option<&'static Job>) -> Service {
        let model = self.service;
        Service {
            package: text(&format!("{}/{}", model.package, env!("CARGO_PKG_VERSION"))),
            version: text(&model.version),
            product: text(&model.product),
            protocol: match model.protocol {
                model::Protocol::Http => Protocol::Http,
                model::Protocol::AliyunRpc => Protocol::AliyunRpc,
                model::Protocol::HuaweiRest => Protocol::HuaweiRest,
            },
            servers: list(&model.servers, server),
            schemes: list(&model.schemes, |it| Scheme { name: text(&it.name), kind: scheme(&it.kind) }),
            security: list(&model.security, |names| texts(names)),
            jobs: list(job.as_slice(), |job| *job),
            limits: list(&model.limits, |it| RateLimit { calls: it.calls, seconds: it.seconds }),
            busy: texts(&model.busy),
            errors: list(&model.errors, |(name, codes)| (category(name), texts(codes))),
        }
    }

    fn spec(&self, operation: &model::Operation) -> Spec {
        let mut spec = Spec::new(text(&operation.name), text(&operation.method), text(&operation.template))
            .params(list(&operation.params, |it| self.param(it)))
            .accept(text(&operation.accept))
            .others(texts(&operation.others))
            .servers(list(&operation.servers, server));
        if let Some(body) = &operation.body {
            spec = spec.body(text(&body.media_type), body.required).body_shape(self.shape(&body.shape));
        }
        spec.security = operation.security.as_ref().map(|all| list(all, |names| texts(names)));
        spec.idempotent = operation.idempotent;
        spec
    }

    fn param(&self, param: &model::Param) -> Param {
        let (name, shape) = (text(&param.name), self.shape(&param.shape));
        let mut out = match (&param.header_of, param.place) {
            (Some(field), _) => operation::part_header(text(field), name, shape),
            (None, model::Place::Path) => operation::path(name, shape),
            (None, model::Place::Query) => operation::query(name, shape),
            (None, model::Place::QueryString) => operation::query_string(name, shape),
            (None, model::Place::Header) => operation::header(name, shape),
            (None, model::Place::Cookie) => operation::cookie(name, shape),
            (None, model::Place::Field) => operation::field(name, shape),
            (None, model::Place::Form) => operation::form(name, shape),
            (None, model::Place::Part) => operation::part(name, shape),
            (None, model::Place::Body) => operation::body(shape),
        };
        out.required |= param.required;
        if let Some(style) = param.style {
            out = out.style(self::style(style.style), style.explode);
        }
        (out.allow_reserved, out.json, out.spread) = (param.allow_reserved, param.json, param.spread);
        out.media_type = param.media_type.as_deref().map_or("", text);
        out.client = param.client.as_deref().map(text);
        out.constant = param.constant.as_ref().map(constant);
        out
    }

    fn job(&self, job: &model::Job, start: &model::Operation) -> Option<Job> {
        let mut all = self.service.groups.iter().flat_map(|group| &group.operations);
        let poll = all.find(|operation| operation.method_name == job.poll)?;
        Some(Job {
            begun_by: list(&[&start.name], |name| text(name)),
            poll: kept(self.spec(poll)),
            argument: text(&job.argument),
            also: texts(&job.also),
            state: text(&job.state),
            running: texts(&job.running),
            succeeded: texts(&job.succeeded),
            failed: texts(&job.failed),
        })
    }

    fn shape(&self, from: &model::Shape) -> Shape {
        if from.is_never() {
            return shape::never();
        }
        let mut out = Shape { inner: self.inner(&from.inner), ..shape::any() };
        out.length = (from.min_length, from.max_length);
        out.items = (from.min_items, from.max_items);
        out.unique = from.unique;
        out.pattern = from.pattern.as_deref().map(text);
        if let Some(bound) = &from.minimum {
            out = match whole(&bound.value) {
                Ok(value) => out.min(value),
                Err(value) => out.min_number(value),
            };
            out = if bound.exclusive { out.exclusive_min() } else { out };
        }
        if let Some(bound) = &from.maximum {
            out = match whole(&bound.value) {
                Ok(value) => out.max(value),
                Err(value) => out.max_number(value),
            };
            out = if bound.exclusive { out.exclusive_max() } else { out };
        }
        out = match from.multiple_of.as_ref().map(whole) {
            Some(Ok(value)) => out.multiple_of(value),
            Some(Err(value)) => out.multiple_of_number(value),
            None => out,
        };
        out = match from.format.and_then(|format| format.check()) {
            Some("date_time") => out.date_time(),
            Some("date_time_local") => out.date_time_local(),
            Some("date") => out.date(),
            Some("time") => out.time(),
            Some("uuid") => out.uuid(),
            Some("uri") => out.uri(),
            Some("ipv4") => out.ipv4(),
            Some("ipv6") => out.ipv6(),
            Some("ip") => out.ip(),
            _ => out,
        };
        for kind in &from.kinds {
            out = match *kind {
                "null" => out.null(),
                "text" => out.text(),
                "number" => out.number(),
                "integer" => out.integer(),
                "flag" => out.flag(),
                "list" => out.list(),
                "object" => out.object(),
                _ => out,
            };
        }
        out.rules(list(&from.rules, |rule| self.rule(rule)))
    }

    fn inner(&self, inner: &model::Inner) -> Inner {
        match inner {
            model::Inner::None => Inner::None,
            model::Inner::Object(id) => self.named(*id),
            model::Inner::Fields(fields) => {
                Inner::Fields(list(fields, |(name, required, shape)| self.field(name, *required, shape)))
            }
            model::Inner::List(inner) => Inner::List(kept(self.shape(inner))),
            model::Inner::Map(inner) => Inner::Map(kept(self.shape(inner))),
        }
    }

    fn field(&self, name: &str, required: bool, shape: &model::Shape) -> Field {
        Field { name: text(name), required, shape: self.shape(shape) }
    }

    /// The checks of a type. They are made after the type is known, as it may contain itself.
    fn named(&self, id: TypeId) -> Inner {
        if let Some(known) = self.types.borrow().get(&id) {
            return *known;
        }
        let note = |inner| self.types.borrow_mut().insert(id, inner);
        match &self.service.types[id].kind {
            TypeKind::Struct(body) => {
                let table = kept(OnceLock::new());
                note(Inner::Object(Later::At(table)));
                let is_required = |field: &model::Field| field.required && !field.read_only;
                let fields = list(&body.fields, |it| self.field(&it.wire, is_required(it), &it.shape));
                _ = table.set((fields, list(&body.rules, |rule| self.rule(rule))));
            }
            TypeKind::Tuple(tuple) => {
                let table = kept(OnceLock::new());
                note(Inner::Tuple(Later::At(table)));
                _ = table.set(list(&tuple.elements, |it| self.shape(&it.shape)));
            }
            TypeKind::Union(union) => {
                let table = kept(OnceLock::new());
                note(Inner::OneOf(Later::At(table)));
                _ = table.set(list(&union.variants, |it| self.alternative(&it.ty, &it.shape, &it.marks)));
            }
            TypeKind::Newtype(newtype) => {
                let table = kept(OnceLock::new());
                note(Inner::OneOf(Later::At(table)));
                let only = Alternative { elements: Kind::Any, ..self.alternative(&newtype.ty, &newtype.shape, &[]) };
                _ = table.set(list(&[only], |only| *only));
            }
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Own(_) => {}
        }
        self.types.borrow().get(&id).copied().unwrap_or_default()
    }

    fn alternative(&self, ty: &model::Type, shape: &model::Shape, marks: &[model::Mark]) -> Alternative {
        let mark = |it: &model::Mark| Mark { path: texts(&it.path), values: list(&it.values, constant) };
        Alternative {
            kind: kind(self.service.kind(ty)),
            elements: self.service.kind_within(ty).map_or(Kind::Any, kind),
            marks: list(marks, mark),
            shape: self.shape(shape),
        }
    }

    fn rule(&self, rule: &model::Rule) -> Rule {
        let one = |shape: &model::Shape| kept(self.shape(shape));
        let all = |shapes: &[model::Shape]| list(shapes, |shape| self.shape(shape));
        match rule {
            model::Rule::When(shapes) => Rule::When(one(&shapes[0]), one(&shapes[1]), one(&shapes[2])),
            model::Rule::Not(shape) => Rule::Not(one(shape)),
            model::Rule::AnyOf(shapes) => Rule::AnyOf(all(shapes)),
            model::Rule::OnlyOne(shapes) => Rule::OnlyOne(all(shapes)),
            model::Rule::Contains(shape, fewest, most) => Rule::Contains(one(shape), *fewest, *most),
            model::Rule::Prefix(first, rest) => Rule::Prefix(all(first), one(rest)),
            model::Rule::Names(shape) => Rule::Names(one(shape)),
            model::Rule::Others(known, patterns, rest) => {
                let patterns = list(patterns, |(pattern, shape)| (text(pattern), self.shape(shape)));
                Rule::Others(texts(known), patterns, one(rest))
            }
            model::Rule::Values(values) => Rule::Values(texts(values)),
        }
    }
}

/// An integer in any notation, or else a number with a fraction.
fn whole(number: &Number) -> Result<i128, f64> {
    let float = number.as_f64().unwrap_or_default();
    let exact = (float.fract() == 0.0 && float.abs() < 9.0e15).then_some(float as i128);
    integer(number).or(exact).ok_or(float)
}

fn paging(paging: &model::Paging) -> Paging {
    let position = text(&paging.position);
    let mut out = match paging.style {
        model::PagingStyle::Offset => Paging::offset(position, paging.first),
        model::PagingStyle::Page => Paging::page(position, paging.first),
        model::PagingStyle::Token => Paging::token(position),
        model::PagingStyle::NumberToken => Paging::number_token(position),
    };
    out = paging.size.as_deref().map_or(out, |name| out.size(text(name)));
    out = paging.total.as_deref().map_or(out, |path| out.total(text(path)));
    paging.next.as_deref().map_or(out, |path| out.next(text(path)))
}

fn server(server: &model::Server) -> Server {
    let variable = |it: &model::ServerVariable| Variable {
        name: text(&it.name),
        default: text(&it.default),
        values: texts(&it.values),
    };
    Server {
        url: text(&server.url),
        region: server.region.as_deref().map(text),
        variables: list(&server.variables, variable),
    }
}

fn scheme(kind: &model::SchemeKind) -> SchemeKind {
    match kind {
        model::SchemeKind::ApiKey(place, name) => {
            let place = match place {
                model::Place::Header => Place::Header,
                model::Place::Cookie => Place::Cookie,
                _ => Place::Query,
            };
            SchemeKind::ApiKey(place, text(name))
        }
        model::SchemeKind::Basic => SchemeKind::Basic,
        model::SchemeKind::Bearer => SchemeKind::Bearer,
        model::SchemeKind::Caller(suggested) => {
            SchemeKind::Caller(suggested.as_deref().map(|suggested| kept(scheme(suggested))))
        }
    }
}

fn style(style: model::Style) -> Style {
    match style {
        model::Style::Simple => Style::Simple,
        model::Style::Label => Style::Label,
        model::Style::Matrix => Style::Matrix,
        model::Style::Form => Style::Form,
        model::Style::SpaceDelimited => Style::SpaceDelimited,
        model::Style::PipeDelimited => Style::PipeDelimited,
        model::Style::DeepObject => Style::DeepObject,
        model::Style::Cookie => Style::Cookie,
    }
}

fn constant(constant: &model::Constant) -> Constant {
    match constant {
        model::Constant::Text(value) => Constant::Text(text(value)),
        model::Constant::Integer(value) => Constant::Integer(*value),
        model::Constant::Flag(value) => Constant::Flag(*value),
    }
}

/// By the name that the model has for it, as below.
fn kind(name: &str) -> Kind {
    match name {
        "Text" => Kind::Text,
        "Number" => Kind::Number,
        "Flag" => Kind::Flag,
        "List" => Kind::List,
        "Object" => Kind::Object,
        _ => Kind::Any,
    }
}

fn category(name: &str) -> ErrorCategory {
    match name {
        "Auth" => ErrorCategory::Auth,
        "Permission" => ErrorCategory::Permission,
        "Quota" => ErrorCategory::Quota,
        "NotFound" => ErrorCategory::NotFound,
        "Conflict" => ErrorCategory::Conflict,
        "Throttled" => ErrorCategory::Throttled,
        "InvalidInput" => ErrorCategory::InvalidInput,
        "Timeout" => ErrorCategory::Timeout,
        "Connection" => ErrorCategory::Connection,
        "ServerFault" => ErrorCategory::ServerFault,
        _ => ErrorCategory::Other,
    }
}
