//! The user's choices for types: names, own types in place of generated ones, further derives.

use std::collections::BTreeMap;

use super::model::{Derives, Type, TypeDef, TypeKind};
use super::schema::Lowered;
use super::{Lower, docs, names};
use crate::choices::{Choices, Given, TypeChoices};
use crate::diagnostic::Diagnostic;
use crate::load::{Entry, Node, nearest};

impl<'a> Lower<'a, '_> {
    /// The method's name that was chosen for an operation.
    pub(super) fn chosen_method(&self, id: &str, address: &str) -> Option<&str> {
        let mut operations = self.choices.operations.iter();
        let (_, choices) = operations.find(|(of, choices)| {
            (of.value == id || of.value.eq_ignore_ascii_case(address)) && choices.name.is_some()
        })?;
        choices.name.as_ref().map(|name| name.value.as_str())
    }

    /// Gives components the names that were chosen for them.
    pub(super) fn rename_components(&mut self) {
        let choices: &Choices = self.choices;
        for (key, of) in &choices.types {
            let component = self.component_names.iter().find(|(name, rust)| **name == key.value || **rust == key.value);
            let Some((component, rust)) = component.map(|(name, rust)| (*name, rust.clone())) else { continue };
            self.chosen.insert(key.value.clone());
            if let Some(name) = self.replacement(key, of, &rust) {
                self.component_names.insert(component, name);
            }
        }
    }

    /// The name that was chosen in place of that of an inline type, or that name.
    pub(super) fn inline_name(&mut self, rust: String) -> String {
        let choices: &Choices = self.choices;
        let Some((key, of)) = choices.types.iter().find(|(key, _)| key.value == rust) else { return rust };
        if self.chosen.insert(rust.clone())
            && let Some(path) = &of.own
        {
            let message = format!("`{rust}` cannot be replaced by `{path}`: it is not a schema under `components`");
            let help = "move its schema to `components` with an overlay";
            self.diagnostics.push(key.error("own-type", message).help(help));
        }
        self.replacement(key, of, &rust).unwrap_or(rust)
    }

    fn replacement(&mut self, key: &Given<String>, of: &TypeChoices, rust: &str) -> Option<String> {
        let name = of.name.as_ref()?;
        if syn::parse_str::<syn::Ident>(name).is_err() || names::camel(name) != *name {
            let message = format!("`{name}` is not a valid name of a type");
            self.diagnostics.push(key.error("type-name", message).help(format!("write `{}`", names::camel(name))));
            return None;
        }
        if !self.scope.take_if_free(name) {
            let message = format!("`{rust}` cannot be named `{name}`: there is a type of this name");
            self.diagnostics.push(key.error("type-name", message).help("choose another name"));
            return None;
        }
        self.scope.release(rust);
        Some(name.clone())
    }

    /// The user's own type in place of a component's.
    pub(super) fn own_type(&mut self, component: &str, entry: &'a Entry) -> Option<Lowered<'a>> {
        let choices: &Choices = self.choices;
        let rust = self.component_names.get(component)?.clone();
        let mut types = choices.types.iter();
        let (key, path) = types.find_map(|(key, of)| {
            let meant = key.value == component || key.value == rust || of.name.as_ref() == Some(&rust);
            Some((key, of.own.as_ref()?)).filter(|_| meant)
        })?;
        if syn::parse_str::<syn::Path>(path).is_err() {
            let message = format!("`{path}` is not the path of a type");
            self.diagnostics.push(key.error("own-type", message).help("write it as in `my_crate::Money`"));
            return None;
        }
        self.take_tree(&entry.node);
        self.types.push(TypeDef {
            name: rust,
            docs: docs::lines(entry.node.get("description").and_then(Node::as_str).unwrap_or_default()),
            deprecated: false,
            kind: TypeKind::Own(path.clone()),
            input: false,
            output: false,
            users: Default::default(),
        });
        Some(Lowered::plain(Type::Named(self.types.len() - 1)))
    }

    /// The traits to derive; reports choices for types that do not exist.
    pub(super) fn derives(&mut self) -> Derives {
        let choices: &Choices = self.choices;
        for (key, _) in choices.types.iter().filter(|(key, _)| !self.chosen.contains(&key.value)) {
            let known = self.types.iter().map(|definition| definition.name.as_str());
            let diagnostic = key.error("unknown-type", format!("there is no type `{}`", key.value));
            self.diagnostics.push(match nearest(&key.value, known) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("name a type as it is in the crate's `types`"),
            });
        }
        let lists = choices.types.iter().map(|(key, of)| (key, of.derives.iter().collect()));
        let all = choices.derives.iter().map(|derive| (derive, vec![&derive.value]));
        for (at, derives) in lists.chain(all) {
            for derive in derives.into_iter().filter(|derive| syn::parse_str::<syn::Path>(derive).is_err()) {
                let diagnostic: Diagnostic = at.error("derive", format!("`{derive}` is not the path of a trait"));
                self.diagnostics.push(diagnostic.help("write it as in `Hash` or `schemars::JsonSchema`"));
            }
        }
        let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, choices) in choices.types.iter().filter(|(_, choices)| !choices.derives.is_empty()) {
            let component = self.component_names.get(key.value.as_str());
            let name = choices.name.as_ref().or(component).unwrap_or(&key.value);
            of.insert(name.clone(), choices.derives.clone());
        }
        Derives { all: choices.derives.iter().map(|derive| derive.value.clone()).collect(), of }
    }
}
