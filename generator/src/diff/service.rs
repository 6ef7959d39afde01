//! Changes of the crate as a whole: features, servers, keys, settings.

use super::{At, Diff, Side, named};
use crate::lower::model::{Payload, SchemeKind};

impl<'a> Diff<'a> {
    pub(super) fn service(&mut self) {
        let root = At { old: self.old.places.root(), new: self.new.places.root() };
        let at = |key: &str| At { old: root.old.or_self(key), new: root.new.or_self(key) };
        let (old, new) = (self.old.service, self.new.service);
        self.docs("the crate", at("info"));
        self.features(at("tags"));
        self.servers(at("servers"));
        self.schemes(At { old: root.old.or_self("components"), new: root.new.or_self("components") });
        let settings = |side: &Side<'_>| side.service.settings.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        let (removed, added) = self.names(&settings(&self.old), &settings(&self.new));
        for name in removed {
            let item = format!("ClientBuilder::{name}");
            let message = "no call uses the client's setting any more".to_owned();
            self.breaking("setting-removed", &item, root, message, "remove its uses");
        }
        for name in added {
            self.additive(
                "setting-added",
                &format!("ClientBuilder::{name}"),
                root,
                "the client's setting is new".to_owned(),
            );
        }
        let received = |side: &Side<'_>| side.service.received.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        let webhooks = at("webhooks");
        let (removed, added) = self.names(&received(&self.old), &received(&self.new));
        for name in removed {
            let item = format!("webhooks::{}", named(&name));
            self.breaking("type-removed", &item, webhooks, "the type was removed".to_owned(), "use another type");
        }
        for name in added {
            self.additive("type-added", &format!("webhooks::{}", named(&name)), webhooks, "the type is new".to_owned());
        }
        for old in &old.received {
            let Some(other) = new.received.iter().find(|other| other.name == old.name) else { continue };
            let ty = |side: &Side<'_>, payload: &Payload| payload.ty().map_or(String::new(), |ty| side.rust(ty));
            let (before, after) = (ty(&self.old, &old.payload), ty(&self.new, &other.payload));
            self.changed_type(&format!("webhooks::{}", named(&old.name)), webhooks, before, after);
        }
    }

    /// Cargo features with their modules, and operations that moved between them.
    fn features(&mut self, at: At<'a>) {
        let features = |side: &Side<'_>| side.service.groups.iter().map(|it| it.feature.clone()).collect::<Vec<_>>();
        let (removed, added) = self.names(&features(&self.old), &features(&self.new));
        for name in removed {
            let message = "the feature and its module were removed".to_owned();
            let action = "remove it from `features` in Cargo.toml, and import from another module";
            self.breaking("feature-removed", &format!("feature {name}"), at, message, action);
        }
        for name in added {
            let message = "the feature and its module are new".to_owned();
            self.additive("feature-added", &format!("feature {name}"), at, message);
        }
        for group in &self.old.service.groups {
            for operation in &group.operations {
                let holds = |it: &&crate::lower::model::Group| {
                    it.operations.iter().any(|other| other.method_name == operation.method_name)
                };
                let Some(other) = self.new.service.groups.iter().find(holds) else { continue };
                if other.feature == group.feature {
                    continue;
                }
                let moved = other.operations.iter().find(|other| other.method_name == operation.method_name);
                let new = moved.map_or(at.new, |moved| self.new.places.operation(moved));
                let at = At { old: self.old.places.operation(operation), new };
                let message = format!("it needs the feature `{}` instead of `{}`", other.feature, group.feature);
                let action =
                    format!("enable `{}`, and import from `operations::{}`", other.feature, named(&other.module));
                let item = format!("Client::{}", named(&operation.method_name));
                self.breaking("feature-changed", &item, at, message, action);
            }
        }
    }

    fn servers(&mut self, at: At<'a>) {
        let default = |side: &Side<'a>| side.service.servers.first().map(|server| server.url.as_str());
        match (default(&self.old), default(&self.new)) {
            (Some(old), Some(new)) if old != new => {
                let message = format!("calls go to `{new}` instead of `{old}`");
                self.additive("server-changed", "Client::builder", at, message);
            }
            (Some(_), None) => {
                let message = "the document names no server".to_owned();
                self.breaking("server-removed", "Client::builder", at, message, "set one with `.endpoint(..)`");
            }
            (None, Some(new)) => self.additive("server-added", "Client::builder", at, format!("calls go to `{new}`")),
            _ => {}
        }
        let regions = |side: &Side<'_>| -> Vec<String> {
            let servers = &side.service.servers;
            let named = servers.iter().filter_map(|server| server.region.clone());
            let variables = servers.iter().flat_map(|server| &server.variables).filter(|it| it.name == "region");
            named.chain(variables.flat_map(|it| it.values.clone())).collect()
        };
        let (removed, added) = self.names(&regions(&self.old), &regions(&self.new));
        for region in removed {
            let item = format!("region {region}");
            self.breaking(
                "region-removed",
                &item,
                at,
                "the region was removed".to_owned(),
                "set another `.region(..)`",
            );
        }
        for region in added {
            self.additive("region-added", &format!("region {region}"), at, "the region is new".to_owned());
        }
    }

    /// Security schemes, and the keys that calls need unless they state their own.
    fn schemes(&mut self, at: At<'a>) {
        let (old, new) = (self.old.service, self.new.service);
        for scheme in &old.schemes {
            let item = format!("security scheme {}", scheme.name);
            let at = At { old: of_scheme(at.old, &scheme.name), new: of_scheme(at.new, &scheme.name) };
            match new.schemes.iter().find(|other| other.name == scheme.name) {
                Some(other) if how(&other.kind) != how(&scheme.kind) => {
                    let message = format!("it is {} instead of {}", how(&other.kind), how(&scheme.kind));
                    self.breaking(
                        "scheme-changed",
                        &item,
                        at,
                        message,
                        "set the key accordingly on the client's builder",
                    );
                }
                Some(_) => {}
                None => {
                    let message = "the scheme was removed".to_owned();
                    self.breaking("scheme-removed", &item, at, message, "set the key of another scheme");
                }
            }
        }
        for scheme in new.schemes.iter().filter(|scheme| !old.schemes.iter().any(|other| other.name == scheme.name)) {
            let at = At { old: at.old, new: of_scheme(at.new, &scheme.name) };
            let item = format!("security scheme {}", scheme.name);
            self.additive("scheme-added", &item, at, format!("calls may use {}", how(&scheme.kind)));
        }
        if old.security != new.security {
            let at =
                At { old: self.old.places.root().or_self("security"), new: self.new.places.root().or_self("security") };
            let message = "calls need other keys".to_owned();
            self.breaking("security-changed", "Client::builder", at, message, "set the keys that they need");
        }
    }
}

fn of_scheme<'a>(components: crate::places::Place<'a>, name: &str) -> crate::places::Place<'a> {
    components.or_self("securitySchemes").or_self(name)
}

/// How a key is sent.
fn how(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::ApiKey(place, name) => format!("an API key in {place:?} `{name}`"),
        SchemeKind::Basic => "basic authentication".to_owned(),
        SchemeKind::Bearer => "a bearer token".to_owned(),
        SchemeKind::Caller(_) => "a scheme left to the caller".to_owned(),
    }
}
