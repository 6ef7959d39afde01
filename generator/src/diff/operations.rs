//! Changes of operations: methods, arguments, setters, outputs, pages and jobs.

use super::{At, Diff, Level, Side, named};
use crate::lower::model::{Input, InputKind, Operation, Outcome, Param, Payload, ResponseBody, Shape, Type, TypeKind};

impl<'a> Side<'a> {
    fn kind(&self, input: &Input) -> String {
        match &input.kind {
            InputKind::Value(ty, nullable) | InputKind::Optional(ty, nullable) => {
                let ty = self.rust(ty);
                if *nullable { format!("Option<{ty}>") } else { ty }
            }
            InputKind::JsonText(ty) => format!("JsonText<{}>", self.rust(ty)),
            InputKind::Part | InputKind::NamedParts => "Part".to_owned(),
            InputKind::Parts => "Vec<Part>".to_owned(),
            InputKind::Raw | InputKind::RawAs(_) => "RequestBody".to_owned(),
            InputKind::PartHeader(_, ty) | InputKind::JsonAs(_, _, ty) | InputKind::JsonOf(_, _, ty) => self.rust(ty),
            InputKind::ValueAs(_, _, _, ty) => self.rust(ty),
            InputKind::Form(_, form) => self.service.forms[*form].name.clone(),
        }
    }

    fn payload(&self, payload: &Payload) -> String {
        match payload {
            Payload::Empty => "()".to_owned(),
            Payload::Json(ty) => self.rust(ty),
            Payload::Text => "String".to_owned(),
            Payload::Stream => "ByteStream".to_owned(),
            Payload::Events(ty, _) => format!("EventStream<{}>", self.rust(ty)),
            Payload::Lines(ty) => format!("JsonLines<{}>", self.rust(ty)),
        }
    }

    fn body(&self, body: &ResponseBody) -> String {
        match body {
            ResponseBody::One(payload) => self.payload(payload),
            ResponseBody::ByStatus(outcome) => self.service.outcomes[*outcome].name.clone(),
        }
    }
}

/// An integer of any width, which setters take alike.
fn is_integer(ty: &Type) -> bool {
    matches!(ty, Type::I32 | Type::I64 | Type::U64 | Type::I128)
}

fn param<'o>(operation: &'o Operation, input: &Input) -> Option<&'o Param> {
    let mut alike = operation.params.iter().filter(|param| param.name == input.wire);
    let first = alike.next()?;
    match input.place {
        Some(place) if first.place != place => alike.find(|param| param.place == place),
        _ => Some(first),
    }
}

impl<'a> Diff<'a> {
    pub(super) fn operations(&mut self) {
        let (old, new): (Vec<_>, Vec<_>) = (self.old.operations().collect(), self.new.operations().collect());
        let same_address = |a: &Operation, b: &Operation| a.method == b.method && a.path == b.path;
        for operation in &old {
            let item = format!("Client::{}", named(&operation.method_name));
            let by_name = new.iter().find(|other| other.method_name == operation.method_name);
            if let Some(other) = by_name {
                self.operation(&item, operation, other);
                continue;
            }
            let place = self.old.places.operation(operation);
            match new.iter().find(|other| same_address(operation, other)) {
                Some(other) => {
                    let at = At { old: place, new: self.new.places.operation(other) };
                    let name = named(&other.method_name);
                    let action = format!("call `{name}` instead");
                    self.breaking("method-renamed", &item, at, format!("the method is now `{name}`"), action);
                    self.operation(&format!("Client::{name}"), operation, other);
                }
                None => {
                    let at = At { old: place, new: self.new.places.root().or_self("paths") };
                    self.breaking(
                        "method-removed",
                        &item,
                        at,
                        "the method was removed".to_owned(),
                        "call another method",
                    );
                }
            }
        }
        for operation in new {
            let known = old.iter().any(|other| {
                other.method_name == operation.method_name
                    || same_address(other, operation)
                        && self.new.operations().all(|it| it.method_name != other.method_name)
            });
            if !known {
                let at = At { old: self.old.places.root().or_self("paths"), new: self.new.places.operation(operation) };
                let item = format!("Client::{}", named(&operation.method_name));
                self.additive("method-added", &item, at, "the method is new".to_owned());
            }
        }
    }

    fn operation(&mut self, item: &str, old: &'a Operation, new: &'a Operation) {
        let at = At { old: self.old.places.operation(old), new: self.new.places.operation(new) };
        if old.address != new.address {
            let message = format!("it is sent as `{}` instead of `{}`", new.address, old.address);
            self.additive("address-changed", item, at, message);
        }
        self.docs(item, at);
        self.deprecated(item, at, old.deprecated.is_some(), new.deprecated.is_some());
        self.inputs(item, at, old, new);
        self.body(item, at, old, new);
        self.outputs(item, at, old, new);
        self.pages_and_jobs(item, at, old, new);
        let alternatives = |operation: &Operation| operation.security.clone();
        if alternatives(old) != alternatives(new) {
            let at = At { old: at.old.or_self("security"), new: at.new.or_self("security") };
            let keys = |operation: &Operation| match &operation.security {
                Some(alternatives) => {
                    let all: Vec<String> = alternatives.iter().map(|schemes| schemes.join(" and ")).collect();
                    if all.is_empty() { "no key".to_owned() } else { all.join(", or ") }
                }
                None => "the keys of the client".to_owned(),
            };
            let message = format!("it needs {} instead of {}", keys(new), keys(old));
            self.breaking("security-changed", item, at, message, "set the keys on the client's builder");
        }
        let rate = |operation: &Operation| operation.idempotent;
        if rate(old) != rate(new) {
            self.additive("idempotency-changed", item, at, "whether a failed call is repeated changed".to_owned());
        }
    }

    fn inputs(&mut self, item: &str, at: At<'a>, old: &'a Operation, new: &'a Operation) {
        let names =
            |inputs: &[Input]| -> Vec<String> { inputs.iter().map(|input| named(&input.ident).to_owned()).collect() };
        let (before, after) = (names(&old.arguments), names(&new.arguments));
        if before != after {
            let message = format!("the arguments are ({}) instead of ({})", after.join(", "), before.join(", "));
            let action = format!("call `{}({})`", named(&new.method_name), after.join(", "));
            self.breaking("arguments-changed", item, at, message, action);
        }
        let all = |operation: &'a Operation| operation.arguments.iter().chain(&operation.setters);
        for input in all(old) {
            let name = format!("{item}::{}", named(&input.ident));
            let place = self.old.places.input(old, input);
            let Some(other) = all(new).find(|other| other.ident == input.ident) else {
                let renamed = all(new).find(|other| other.wire == input.wire && other.place == input.place);
                let action = match renamed {
                    Some(other) => format!("call `.{}(..)` instead", named(&other.ident)),
                    None => "remove its uses".to_owned(),
                };
                let at = At { old: place, new: renamed.map_or(at.new, |it| self.new.places.input(new, it)) };
                if !before.contains(&named(&input.ident).to_owned()) {
                    self.breaking("setter-removed", &name, at, "the setter was removed".to_owned(), action);
                }
                continue;
            };
            let at = At { old: place, new: self.new.places.input(new, other) };
            self.input(&name, at, (old, input), (new, other));
        }
        for input in all(new) {
            let known = all(old).any(|other| other.ident == input.ident);
            if known || after.contains(&named(&input.ident).to_owned()) {
                continue;
            }
            let name = format!("{item}::{}", named(&input.ident));
            let at = At { old: at.old, new: self.new.places.input(new, input) };
            match param(new, input).is_some_and(|param| param.required && param.client.is_none()) {
                true => {
                    let action = format!("call `.{}(..)`", named(&input.ident));
                    self.breaking(
                        "required-setter-added",
                        &name,
                        at,
                        "the input is new and required".to_owned(),
                        action,
                    );
                }
                false => self.additive("setter-added", &name, at, "the setter is new".to_owned()),
            }
        }
    }

    fn input(&mut self, name: &str, at: At<'a>, old: (&Operation, &Input), new: (&Operation, &Input)) {
        let ((old_operation, old), (new_operation, new)) = (old, new);
        let (before, after) = (self.old.kind(old), self.new.kind(new));
        let integers = [old, new].iter().all(|input| input.kind.ty().is_some_and(is_integer));
        if before != after && !integers {
            let message = format!("it takes `{after}` instead of `{before}`");
            match old.kind.ty() == Some(&Type::String) && self.takes_text(new) {
                // Texts convert into these.
                true => self.additive("input-type-refined", name, at, message),
                false => self.breaking("input-type-changed", name, at, message, format!("pass a `{after}`")),
            }
        }
        self.docs(name, at);
        self.deprecated(name, at, old.deprecated, new.deprecated);
        self.default(name, at);
        let (Some(before), Some(after)) = (param(old_operation, old), param(new_operation, new)) else { return };
        match (before.required, after.required) {
            (false, true) if after.client.is_none() => {
                let action = format!("call `.{}(..)`", named(&new.ident));
                self.breaking("input-required", name, at, "it is now required".to_owned(), action);
            }
            (true, false) => self.additive("input-optional", name, at, "it is no longer required".to_owned()),
            _ => {}
        }
        if before.place != after.place {
            let message = format!("it is sent as {:?} instead of {:?}", after.place, before.place);
            self.additive("place-changed", name, at, message);
        }
        let checks = |shape: &Shape| shape.clone();
        self.shape(name, at, &checks(&before.shape), &checks(&after.shape));
    }

    /// Whether a text converts into the type of an input.
    fn takes_text(&self, input: &Input) -> bool {
        input.kind.ty().is_some_and(|ty| match ty {
            Type::Formatted(_) | Type::Secret | Type::String => true,
            Type::Named(id) => matches!(self.new.service.types[*id].kind, TypeKind::StringEnum(_)),
            _ => false,
        })
    }

    fn body(&mut self, item: &str, at: At<'a>, old: &Operation, new: &Operation) {
        let at = At { old: at.old.or_self("requestBody"), new: at.new.or_self("requestBody") };
        match (&old.body, &new.body) {
            (Some(old), Some(new)) if old.media_type != new.media_type => {
                let message = format!("the body is sent as `{}` instead of `{}`", new.media_type, old.media_type);
                self.additive("media-type-changed", item, at, message);
            }
            (Some(old), Some(new)) if !old.required && new.required => {
                let message = "the body is now required".to_owned();
                self.breaking("body-required", item, at, message, "set at least one of its fields");
            }
            (Some(old), Some(new)) => self.shape(item, at, &old.shape, &new.shape),
            (None, Some(new)) if new.required => {
                let message = "a body is now required".to_owned();
                self.breaking("body-required", item, at, message, "set its required fields");
            }
            _ => {}
        }
    }

    fn outputs(&mut self, item: &str, at: At<'a>, old: &'a Operation, new: &'a Operation) {
        for (code, what, error, before, after) in [
            ("output-changed", "output", false, &old.output, &new.output),
            ("error-changed", "error's body", true, &old.error, &new.error),
        ] {
            let at =
                At { old: self.old.places.response(old, None, error), new: self.new.places.response(new, None, error) };
            let (from, to) = (self.old.body(before), self.new.body(after));
            if from != to {
                let message = format!("the type of the {what} is `{to}` instead of `{from}`");
                self.breaking(code, item, at, message, format!("use it as `{to}`"));
            } else if let (ResponseBody::ByStatus(old), ResponseBody::ByStatus(new)) = (before, after) {
                let (old, new) = (&self.old.service.outcomes[*old], &self.new.service.outcomes[*new]);
                self.cases(at, old, new);
            }
        }
        for representation in &old.representations {
            let name = format!("{item}::{}", representation.name);
            match new.representations.iter().find(|other| other.name == representation.name) {
                Some(other) => {
                    self.changed_type(&name, at, self.old.body(&representation.body), self.new.body(&other.body));
                }
                None => {
                    let message = format!("the response as `{}` was removed", representation.media_type);
                    self.breaking("representation-removed", &name, at, message, "request another media type");
                }
            }
        }
        for representation in &new.representations {
            if !old.representations.iter().any(|other| other.name == representation.name) {
                let name = format!("{item}::{}", representation.name);
                let message = format!("the response can be requested as `{}`", representation.media_type);
                self.additive("representation-added", &name, at, message);
            }
        }
        match (old.headers, new.headers) {
            (Some(_), None) => {
                let message = "the headers of the response are no longer typed".to_owned();
                self.breaking("headers-removed", item, at, message, "read `.headers()` of the response by name");
            }
            (None, Some(_)) => {
                self.additive("headers-added", item, at, "the headers of the response are typed".to_owned());
            }
            _ => {}
        }
    }

    fn cases(&mut self, at: At<'a>, old: &Outcome, new: &Outcome) {
        let item = format!("types::{}", named(&old.name));
        for case in &old.cases {
            let name = format!("{item}::{}", case.variant);
            match new.cases.iter().find(|other| other.variant == case.variant) {
                Some(other) => {
                    self.changed_type(&name, at, self.old.payload(&case.payload), self.new.payload(&other.payload));
                }
                None => {
                    let message = "the case was removed".to_owned();
                    self.breaking("variant-removed", &name, at, message, "remove its match arms");
                }
            }
        }
        for case in new.cases.iter().filter(|case| !old.cases.iter().any(|other| other.variant == case.variant)) {
            self.additive("variant-added", &format!("{item}::{}", case.variant), at, "the case is new".to_owned());
        }
    }

    fn pages_and_jobs(&mut self, item: &str, at: At<'a>, old: &Operation, new: &Operation) {
        let pages = At { old: at.old.or_self("x-pagination"), new: at.new.or_self("x-pagination") };
        match (&old.paging, &new.paging) {
            (Some(old), Some(new)) => {
                let name = format!("{item}::items");
                self.changed_type(&name, pages, self.old.rust(&old.item), self.new.rust(&new.item));
            }
            (Some(_), None) => {
                let message = "pages are no longer followed: `items()` and `pages()` were removed".to_owned();
                self.breaking("paging-removed", item, pages, message, "request each page by its parameters");
            }
            (None, Some(_)) => {
                self.additive("paging-added", item, pages, "`items()` and `pages()` follow all pages".to_owned());
            }
            (None, None) => {}
        }
        let jobs = At { old: at.old.or_self("x-job"), new: at.new.or_self("x-job") };
        match (&old.job, &new.job) {
            (Some(_), None) => {
                let message = "the response no longer names a job: `wait_for` fails".to_owned();
                self.breaking("job-removed", item, jobs, message, "do not wait, or poll the state");
            }
            (None, Some(_)) => {
                let message = "`wait_for` waits for the job that it starts".to_owned();
                self.push(Level::Additive, "job-added", item, jobs, message, None);
            }
            _ => {}
        }
    }
}
