//! Places in a JSON value by dotted path: `job.status`, `items[-1].id`.

use serde_json::{Map, Value};

/// The value at a path.
pub fn get<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match part.strip_suffix("[-1]") {
        Some(name) => value.get(name)?.as_array()?.last(),
        None => value.get(part),
    })
}

/// The value at a path, for changing; maps that lead to it are added.
pub fn entry<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(value, |value, part| {
        if value.is_null() {
            *value = Value::Object(Map::new());
        }
        Some(value.as_object_mut()?.entry(part).or_insert(Value::Null))
    })
}

/// The key of a field, in any case.
pub fn key<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let exact = object.get_key_value(name).map(|(key, _)| key);
    exact.or_else(|| object.keys().find(|key| key.eq_ignore_ascii_case(name))).map(String::as_str)
}

/// Replaces JSON in the strings of an object by what it stands for, and returns the names of these.
pub fn expand(value: &mut Value) -> Vec<String> {
    let mut names = Vec::new();
    for (name, value) in value.as_object_mut().into_iter().flatten() {
        let inner = value.as_str().filter(|text| text.starts_with(['{', '['])).map(serde_json::from_str::<Value>);
        if let Some(Ok(inner)) = inner {
            *value = inner;
            names.push(name.clone());
        }
    }
    names
}

/// Undoes [`expand`].
pub fn collapse(value: &mut Value, names: &[String]) {
    for name in names {
        if let Some(value) = value.get_mut(name) {
            *value = value.to_string().into();
        }
    }
}

/// The first object, outermost first, that has one of these fields as a scalar; and the field's name.
pub fn with_field<'a>(value: &'a mut Value, names: &[&str]) -> Option<(&'a mut Map<String, Value>, String)> {
    let path = {
        let mut level = vec![(Vec::new(), &*value)];
        let mut found = None;
        while found.is_none() && !level.is_empty() {
            let mut next = Vec::new();
            for (path, value) in level {
                let Some(entries) = value.as_object() else { continue };
                let is_scalar = |name: &&str| entries.get(*name).is_some_and(|it| !it.is_object() && !it.is_array());
                let name = names.iter().filter_map(|name| key(entries, name)).find(is_scalar);
                found = found.or_else(|| Some((path.clone(), name?.to_owned())));
                next.extend(entries.iter().map(|(key, inner)| ([path.clone(), vec![key.clone()]].concat(), inner)));
            }
            level = next;
        }
        found?
    };
    let (path, name) = path;
    let object = path.iter().try_fold(value, |value, key| value.get_mut(key))?;
    Some((object.as_object_mut()?, name))
}

/// The object that a response is, or the only one in its envelope.
pub fn enveloped(value: &mut Value) -> Option<&mut Map<String, Value>> {
    let is_envelope = |object: &Map<String, Value>| object.len() == 1 && object.values().all(Value::is_object);
    let value =
        if value.as_object().is_some_and(is_envelope) { value.as_object_mut()?.values_mut().next()? } else { value };
    value.as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let mut value = json!({"a": {"b": 1}, "items": [{"id": "x"}, {"id": "y"}]});
        assert_eq!(get(&value, "items[-1].id"), Some(&json!("y")));
        assert_eq!(get(&value, "a.c"), None);
        *entry(&mut value, "a.c.d").unwrap() = json!(2);
        assert_eq!(value["a"], json!({"b": 1, "c": {"d": 2}}));
        let (object, name) = with_field(&mut value, &["id", "d"]).unwrap();
        assert_eq!((name.as_str(), object.len()), ("d", 1));
        assert!(with_field(&mut value, &["id"]).is_none());
        let mut value = json!({"Data": "[{\"gatewayId\":1}]", "Other": "[text"});
        let names = expand(&mut value);
        assert_eq!(value["Data"][0], json!({"gatewayId": 1}));
        assert_eq!(key(value["Data"][0].as_object().unwrap(), "GatewayId"), Some("gatewayId"));
        collapse(&mut value, &names);
        assert_eq!(value, json!({"Data": "[{\"gatewayId\":1}]", "Other": "[text"}));
    }
}
