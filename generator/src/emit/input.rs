//! Inputs of calls and forms: setters, and the arguments of the client's methods.

use super::code::{Code, block, list, method, text};
use super::{EmitError, Scope, comment, operation};
use crate::lower::model::{Inner, Input, InputKind, Place, Type};

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Path => "Path",
        Place::Query => "Query",
        Place::QueryString => "QueryString",
        Place::Header => "Header",
        Place::Cookie => "Cookie",
        Place::Field => "Field",
        Place::Form => "Form",
        Place::Part => "Part",
        Place::Body => "Body",
    }
}

impl Scope<'_> {
    /// The setters of a call or a form, if it has any.
    pub(super) fn setters(&self, name: &str, inputs: &[Input]) -> Result<Option<String>, EmitError> {
        let setters = inputs.iter().map(|input| self.setter(input)).collect::<Result<Vec<String>, _>>()?;
        Ok((!setters.is_empty()).then(|| block(&format!("impl {name}"), &setters)))
    }

    /// A setter of a call or a form.
    fn setter(&self, input: &Input) -> Result<String, EmitError> {
        // The setter's name would be redundant as the argument's, and most setters fit on a line this way.
        let (name, value) = (&input.ident, "value");
        let deprecated = if input.deprecated { "    #[deprecated]\n" } else { "" };
        let mut arguments = vec!["self".to_owned()];
        if let InputKind::JsonOf(..) = &input.kind {
            arguments.push("media_type: impl Into<String>".to_owned());
        }
        let (generics, given, step) = match self.optional(input, value) {
            Some((given, step)) if given.as_str() == "Integer" => ("", format!("impl {given}"), step),
            Some((given, step)) => ("<M>", format!("impl {}<{given}, M>", self.uses.item("Argument")), step),
            None => {
                let (given, step) = self.input(input, value);
                ("", given, step)
            }
        };
        arguments.push(format!("{value}: {given}"));
        let method = method(&format!("{name}{generics}"), &arguments, "Self", &format!("Self(self.0{step})"))?;
        Ok(format!("{}{deprecated}{method}", comment(&input.docs, 4)))
    }

    /// For a setter whose argument can be `None`: the type of the argument, or `Integer`, and the call that passes it on.
    fn optional(&self, input: &Input, name: &str) -> Option<(Code, String)> {
        let wire = text(&input.wire);
        Some(match &input.kind {
            InputKind::Value(ty @ (Type::I32 | Type::I64 | Type::U64 | Type::I128), false) if input.place.is_none() => {
                (self.uses.item("Integer"), format!(".integer::<{}>({wire}, {name})", self.ty(ty)))
            }
            InputKind::Value(ty, nullable) => (self.nullable(ty, *nullable), self.hand_on("argument", "", input, name)),
            InputKind::PartHeader(field, ty) => {
                let place = format!("{}::PartHeader({})", self.uses.item("Place"), text(field));
                (self.ty(ty), format!(".argument_in({place}, {wire}, {name})"))
            }
            InputKind::JsonText(ty) => {
                let ty = format!("{}<{}>", self.uses.item("JsonText"), self.ty(ty));
                (ty.into(), format!(".json_text({wire}, {name})"))
            }
            InputKind::Part => (self.uses.item("Part"), format!(".part({wire}, {name})")),
            InputKind::Parts => (format!("Vec<{}>", self.uses.item("Part")).into(), format!(".parts({wire}, {name})")),
            _ => return None,
        })
    }

    fn nullable(&self, ty: &Type, nullable: bool) -> Code {
        let ty = self.ty(ty);
        if nullable { format!("Option<{ty}>").into() } else { ty }
    }

    /// The call of a method, or where the place is given its variant with one, that passes a value on.
    fn hand_on(&self, method: &str, types: &str, input: &Input, value: &str) -> String {
        let wire = text(&input.wire);
        match input.place {
            Some(place) => {
                let place = format!("{}::{}", self.uses.item("Place"), place_name(place));
                format!(".{method}_in{types}({place}, {wire}, {value})")
            }
            None => format!(".{method}{types}({wire}, {value})"),
        }
    }

    /// The type of an argument of the client's method, and the call that passes it on.
    pub(super) fn input(&self, input: &Input, name: &str) -> (String, String) {
        let wire = text(&input.wire);
        match &input.kind {
            InputKind::Value(ty, true) => {
                let ty = self.ty(ty);
                let value = format!("Into::<Option<{ty}>>::into({name})");
                (format!("impl Into<Option<{ty}>>"), self.hand_on("set", "", input, &value))
            }
            InputKind::Value(Type::String, false) if input.place.is_none() => {
                ("impl Into<String>".to_owned(), format!(".text({wire}, {name})"))
            }
            InputKind::Value(ty, false) => match self.given(ty) {
                Some(given) => {
                    let types = format!("::<{}, _>", self.ty(ty));
                    (given.to_string(), self.hand_on("argument", &types, input, name))
                }
                None => (self.ty(ty).to_string(), self.hand_on("set", "", input, name)),
            },
            InputKind::Optional(ty, nullable) => {
                let ty = self.nullable(ty, *nullable);
                let step = self.hand_on("set_some", &format!("::<{ty}>"), input, name);
                (format!("impl Into<Option<{ty}>>"), step)
            }
            InputKind::PartHeader(field, ty) => {
                let place = format!("{}::PartHeader({})", self.uses.item("Place"), text(field));
                let ty = self.ty(ty);
                (format!("impl Into<{ty}>"), format!(".argument_in::<{ty}, _>({place}, {wire}, {name})"))
            }
            InputKind::JsonText(ty) => {
                let (json, ty) = (self.uses.item("JsonText"), self.ty(ty));
                (format!("impl Into<{json}<{ty}>>"), format!(".json_text::<{ty}, _>({wire}, {name})"))
            }
            InputKind::Part => (format!("impl Into<{}>", self.uses.item("Part")), format!(".part({wire}, {name})")),
            InputKind::Parts => {
                let given = format!("impl IntoIterator<Item = impl Into<{}>>", self.uses.item("Part"));
                (given, format!(".parts({wire}, {name})"))
            }
            InputKind::NamedParts => {
                let part = self.uses.item("Part");
                let given = format!("impl IntoIterator<Item = (impl Into<String>, impl Into<{part}>)>");
                (given, format!(".named_parts({wire}, {name})"))
            }
            InputKind::Raw => (format!("impl Into<{}>", self.uses.item("RequestBody")), format!(".body({name})")),
            InputKind::RawAs(media_type) => {
                let given = format!("impl Into<{}>", self.uses.item("RequestBody"));
                (given, format!(".body_as({}, {name})", text(media_type)))
            }
            InputKind::Form(media_type, form) => {
                (self.form_name(*form).to_string(), format!(".form_as({}, {name})", text(media_type)))
            }
            InputKind::ValueAs(media_type, params, shape, ty) => {
                let fields = format!("&[{}]", list(params.iter().map(|param| operation::param(self, param))));
                let fields = if params.is_empty() { fields } else { format!("const {{ {fields} }}") };
                let (media_type, shape) = (text(media_type), self.shape(shape));
                let step = format!(".value_as({media_type}, {fields}, const {{ &{shape} }}, {name})");
                (self.ty(ty).to_string(), step)
            }
            InputKind::JsonOf(range, shape, ty) => {
                let (range, shape) = (text(range), self.shape(shape));
                (self.ty(ty).to_string(), format!(".json_of({range}, media_type, const {{ &{shape} }}, {name})"))
            }
            InputKind::JsonAs(media_type, shape, ty) => {
                let within = !shape.rules.is_empty() || !matches!(shape.inner, Inner::None | Inner::Object(_));
                let shape = self.shape(shape);
                // Only in an item do temporaries within a shape live long enough.
                let shape = match within {
                    true => format!("{{ const SHAPE: &yundb_runtime::shape::Shape = &{shape}; SHAPE }}"),
                    false => format!("const {{ &{shape} }}"),
                };
                (self.ty(ty).to_string(), format!(".json_as({}, {shape}, {name})", text(media_type)))
            }
        }
    }
}
