//! Payloads sent by the service: types for webhooks and callbacks. Receiving them is left to the caller.

use super::body::is_json;
use super::model::{Docs, Payload, Received, Type};
use super::operation::Found;
use super::schema::Naming;
use super::{Lower, docs, names};
use crate::accounting::Reason;
use crate::load::{Entry, Node, Sub, operations, sent};

impl<'a> Lower<'a, '_> {
    /// The document's webhooks.
    pub(super) fn webhooks(&mut self) {
        let webhooks = self.loaded.root.get("webhooks").into_iter().flat_map(Node::entries);
        for (name, entry) in webhooks {
            self.operation = format!("webhook {name}");
            self.ledger.take(&entry.key);
            let place = format!("The webhook `{}`", name.replace('`', "'"));
            self.received(entry, &format!("{}Webhook", names::camel(name)), &place);
            self.operation.clear();
        }
    }

    /// The callbacks of an operation.
    pub(super) fn callbacks(&mut self, found: &Found<'a>, type_name: &str) {
        let callbacks = found.operation.node.get("callbacks").into_iter().flat_map(Node::entries);
        for (name, entry) in callbacks {
            self.ledger.take(&entry.key);
            let rust = format!("{}Callback", names::joined(type_name, name));
            for (url, item) in entry.node.entries() {
                self.ledger.take(&item.key);
                let (name, url) = (name.replace('`', "'"), url.replace('`', "'"));
                let place = format!("The callback `{name}` of `{type_name}`, sent to `{url}`");
                self.received(item, &rust, &place);
            }
        }
    }

    /// Each operation of a path item that the service calls.
    fn received(&mut self, item: &'a Entry, rust: &str, place: &str) {
        self.take_entries(&item.node, &["summary", "description"]);
        let words: Vec<&str> =
            ["summary", "description"].iter().filter_map(|key| item.node.get(key)?.as_str()).collect();
        self.not_typed(&item.node, "parameters", "not typed; read them from the request");
        if let Some(servers) = item.node.as_object().and_then(|entries| entries.get("servers")) {
            self.ledger.ignore(&servers.key, Reason::Overridden);
        }
        let all: Vec<(&'a str, &'a Entry)> = operations(&item.node).collect();
        for (method, operation) in &all {
            self.ledger.take(&operation.key);
            let rust = if all.len() > 1 { format!("{}{rust}", names::camel(method)) } else { rust.to_owned() };
            let intro = format!("{place}: `{}`", sent(method));
            self.receive(&operation.node, rust, &intro, &words);
        }
    }

    fn receive(&mut self, operation: &'a Node, rust: String, intro: &str, words: &[&str]) {
        self.take_entries(operation, &["operationId", "summary", "description", "deprecated"]);
        let member = |key: &str| operation.as_object().and_then(|entries| entries.get(key));
        for tag in member("tags").into_iter().flat_map(|tags| tags.node.items()) {
            self.ledger.ignore(&tag.location, Reason::FurtherTag);
        }
        for (key, effect) in [
            ("parameters", "not typed; read them from the request"),
            ("security", "not checked; authenticate the sender in the receiver"),
            ("callbacks", "not typed"),
            ("servers", "ignored; requests are sent to the address of the receiver"),
        ] {
            self.not_typed(operation, key, effect);
        }
        let own = ["summary", "description"].iter().filter_map(|key| operation.get(key)?.as_str());
        let words = words.iter().copied().chain(own).map(str::trim).filter(|words| !words.is_empty());
        let mut out: Docs = docs::lines(&words.collect::<Vec<_>>().join("\n\n"));
        if let Some(further) = member("externalDocs") {
            self.take_tree(&further.node);
            let url = further.node.get("url").and_then(Node::as_str).unwrap_or_default();
            out.extend([String::new()].into_iter().chain(docs::lines(&format!("See {url}"))));
        }
        let (payload, media_type) = self.payload_of(operation, &rust, &mut out);
        if !out.is_empty() {
            out.push(String::new());
        }
        let media_type = media_type.map(|name| format!(" with a body of `{name}`")).unwrap_or_default();
        out.push(format!("{intro}{media_type}."));
        self.describe_responses(operation, &mut out);
        let name = self.scope.take(rust);
        let is_deprecated = operation.get("deprecated").and_then(Node::as_bool) == Some(true);
        self.received.push(Received { name, docs: out, payload, deprecated: is_deprecated });
    }

    /// The type of the body, and its media type.
    fn payload_of(&mut self, operation: &'a Node, rust: &str, out: &mut Docs) -> (Payload, Option<&'a str>) {
        let Some(body) = operation.as_object().and_then(|entries| entries.get("requestBody")) else {
            return (Payload::Empty, None);
        };
        self.ledger.take(&body.key);
        let body = self.through(&body.node, "requestBodies");
        self.take_entries(body, &["description", "required"]);
        if let Some(words) = body.get("description").and_then(Node::as_str).filter(|words| !words.trim().is_empty()) {
            if !out.is_empty() {
                out.push(String::new());
            }
            out.extend(docs::lines(words));
        }
        let content: Vec<(&'a str, &'a Entry)> = body.get("content").into_iter().flat_map(Node::entries).collect();
        let is_text = |name: &str| name.starts_with("text/");
        let json = content.iter().copied().find(|(name, _)| is_json(name));
        let typed = json.or_else(|| content.iter().copied().find(|(name, _)| is_text(name)));
        for (other, media) in content.iter().filter(|(name, _)| typed.is_none_or(|(typed, _)| typed != *name)) {
            let message = format!("a body of `{other}` sent by the service");
            self.unsupported("received-body", message, &media.key, "not typed; read it from the request");
        }
        let Some((name, media)) = typed else { return (Payload::Empty, content.first().map(|(name, _)| *name)) };
        self.ledger.take(&media.key);
        let schema = media.node.as_object().and_then(|entries| entries.get("schema"));
        let Some(schema) = schema.filter(|_| json.is_some()) else {
            schema.into_iter().for_each(|schema| self.ledger.ignore(&schema.key, Reason::Opaque));
            let payload = if json.is_some() { Payload::Json(Type::Value) } else { Payload::Text };
            return (payload, Some(name));
        };
        self.ledger.take(&schema.key);
        let lowered = self.schema(&Sub::of(schema), &Naming::new(rust, "payload"));
        if out.is_empty() {
            let words = lowered.docs(None, self.ledger, String::new);
            out.extend(docs::lines(&words.join("\n")));
        }
        (Payload::Json(lowered.element()), Some(name))
    }

    /// Describes the response expected from the receiver.
    fn describe_responses(&mut self, operation: &'a Node, out: &mut Docs) {
        let responses = operation.get("responses").into_iter().flat_map(Node::entries);
        let mut responses_described = Vec::new();
        for (status, entry) in responses {
            self.ledger.take(&entry.key);
            let response = self.through(&entry.node, "responses");
            self.take_entries(response, &["summary", "description"]);
            let words = ["summary", "description"].iter().filter_map(|key| response.get(key)?.as_str());
            let words: Vec<&str> = words.map(str::trim).filter(|words| !words.is_empty()).collect();
            responses_described.push((status, words.join("\n\n")));
            self.not_typed(response, "content", "not typed; the receiver creates the response");
            self.not_typed(response, "headers", "not typed; the receiver creates the response");
        }
        let described = responses_described.iter().any(|(_, words)| !words.is_empty());
        if described {
            out.extend([String::new(), "The receiver responds with:".to_owned(), String::new()]);
            out.extend(
                responses_described
                    .iter()
                    .flat_map(|(status, words)| docs::listed(&format!("`{status}`"), &docs::lines(words))),
            );
        }
    }

    fn not_typed(&mut self, parent: &'a Node, key: &str, effect: &str) {
        let Some(entry) = parent.as_object().and_then(|entries| entries.get(key)) else { return };
        if entry.node.items().next().is_none() && entry.node.entries().next().is_none() {
            return;
        }
        let message = format!("`{key}` of a webhook or callback");
        self.unsupported("received", message, &entry.key, effect);
    }

    fn through(&self, mut node: &'a Node, section: &str) -> &'a Node {
        // `load` has rejected circular references; this only bounds the loop.
        for _ in 0..16 {
            let Some(entry) = node.as_object().and_then(|entries| entries.get("$ref")) else { break };
            self.ledger.take(&entry.key);
            let name = entry.node.as_str().and_then(|to| to.rsplit('/').next());
            match name.and_then(|name| self.loaded.component(section, name)) {
                Some(entry) => node = &entry.node,
                None => break,
            }
        }
        node
    }

    fn take_entries(&self, node: &'a Node, keys: &[&str]) {
        let entries = node.as_object();
        keys.iter().filter_map(|key| entries?.get(*key)).for_each(|entry| self.ledger.take(&entry.key));
    }

    /// The types of a document without operations: all of them, as usage is unknown.
    pub(super) fn all_types(&mut self) {
        for (name, schema) in self.loaded.schemas() {
            let lowered = self.component(name, schema.at());
            self.standalone.push(lowered.ty);
        }
    }
}
