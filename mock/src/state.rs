//! What calls leave behind: entries that were created, changed and removed, jobs, and the calls that limits count.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::{Map, Value};
use yundb_contract::document::{Direction, Operation, Protocol};
use yundb_contract::wire::{Data, Input, scalar_text};

use crate::Options;
use crate::dotted;
use crate::refusal::{Refusal, Why};
use crate::respond::Answer;
use crate::roles::{self, Role, Subject, Verb};
use crate::service::Service;

/// The state of one service.
pub struct State {
    roles: Vec<Option<Role>>,
    /// Whether nothing is kept: each response is its sample.
    stateless: bool,
    /// Number of entries that each list has from the start; none for those of the sample.
    seed_items: Option<usize>,
    /// Time that a job takes.
    job_time: Duration,
    /// Whether limits are kept.
    limits: bool,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<String, IndexMap<String, Entry>>,
    removed: HashSet<(String, String)>,
    jobs: HashMap<(String, String), Job>,
    calls: HashMap<(String, usize), VecDeque<Instant>>,
    rng: fastrand::Rng,
}

/// What calls said about an entry.
#[derive(Default)]
struct Entry {
    fields: Map<String, Value>,
    /// Whether a call created it; others are in the samples, if at all.
    created: bool,
}

struct Job {
    began: Instant,
    fails: bool,
}

impl State {
    /// The state before any call.
    pub fn new(service: &Service, options: &Options) -> Self {
        let Options { seed, seed_items, job_time, limits, stateless, .. } = *options;
        let inner = Mutex::new(Inner { rng: fastrand::Rng::with_seed(seed), ..Inner::default() });
        Self { roles: roles::roles(service), stateless, seed_items, job_time, limits, inner }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, and refuses it if a documented limit is reached.
    pub fn limit(&self, service: &Service, operation: &Operation) -> Result<(), Refusal> {
        if !self.limits {
            return Ok(());
        }
        let own = (Service::name_of(operation), service.raw(operation));
        let mut inner = self.inner();
        for (name, holder) in [(String::new(), &service.document.root), own] {
            let limits = holder.get("x-rate-limit").and_then(Value::as_array).into_iter().flatten();
            for (index, limit) in limits.enumerate() {
                let number = |key: &str| limit.get(key).and_then(Value::as_u64);
                let (Some(most), Some(seconds)) = (number("calls"), number("seconds")) else { continue };
                let calls = inner.calls.entry((name.clone(), index)).or_default();
                let now = Instant::now();
                while calls.front().is_some_and(|at| now.duration_since(*at) >= Duration::from_secs(seconds)) {
                    calls.pop_front();
                }
                if calls.len() as u64 >= most {
                    let message = format!("more than {most} calls in {seconds} seconds");
                    return Err(Refusal::new(Why::Throttled, message));
                }
                calls.push_back(now);
            }
        }
        Ok(())
    }

    /// Refuses a call that refers to something that was removed, unless it puts it back.
    pub fn present(&self, service: &Service, index: usize, path: &str, input: &Input) -> Result<(), Refusal> {
        let mut inner = self.inner();
        if inner.removed.is_empty() {
            return Ok(());
        }
        if let Some(role) = self.roles[index].as_ref().filter(|role| role.puts(service, &service.operations()[index])) {
            let Subject { collection, id } = role.subject(path, input);
            let removed = id.map(|id| (collection, id)).filter(|key| inner.removed.remove(key));
            if let Some((collection, id)) = removed {
                let entry = Entry { created: true, ..Entry::default() };
                inner.entries.entry(collection).or_default().insert(id, entry);
            }
        }
        let gone = roles::references(service, path, input).into_iter().find_map(|subject| {
            let id = subject.id?;
            inner.removed.contains(&(subject.collection.clone(), id.clone())).then_some((subject.collection, id))
        });
        let Some((collection, id)) = gone else { return Ok(()) };
        // `instances` of a path, `GatewayId` of a parameter.
        let name = collection.rsplit('/').next().unwrap_or_default();
        let name = if service.is_rpc() { name } else { name.strip_suffix('s').unwrap_or(name) };
        Err(Refusal::new(Why::Gone, format!("{name} {id} does not exist")).about(name))
    }

    /// Executes a call: puts what it is about, and what is known about that, into its response.
    pub fn execute(
        &self,
        service: &Service,
        index: usize,
        path: &str,
        input: &Input,
        answer: &mut Answer,
        job_fails: bool,
    ) {
        if self.stateless {
            return;
        }
        let operation = &service.operations()[index];
        let before = answer.content.clone();
        let expanded = answer.json().map(dotted::expand).unwrap_or_default();
        let mut call = Call { service, operation, input, inner: self.inner(), state: self };
        if let Some(role) = &self.roles[index] {
            let subject = role.subject(path, input);
            call.role(role, &subject, answer);
        }
        call.list(self.roles[index].as_ref(), path, answer);
        call.job(answer, job_fails);
        drop(call);
        answer.json().into_iter().for_each(|response| dotted::collapse(response, &expanded));
        let (Some(schema), Some(content)) = (answer.schema.clone(), &answer.content) else { return };
        let changed = before.as_ref() != Some(content);
        let fits = |data: &Data| match data {
            Data::Json(value) => {
                let is_ordinary = service.document.protocol == Protocol::Http;
                service.document.is_valid(&schema, Direction::Response, value)
                    && (!is_ordinary || service.document.is_formatted(&schema, Direction::Response, value))
            }
            _ => true,
        };
        // A document with narrower responses than requests keeps its sample.
        if changed && !fits(&content.data) && before.as_ref().is_some_and(|before| fits(&before.data)) {
            answer.content = before;
        }
    }
}

struct Call<'a> {
    service: &'a Service,
    operation: &'a Operation,
    input: &'a Input,
    inner: MutexGuard<'a, Inner>,
    state: &'a State,
}

impl Call<'_> {
    fn role(&mut self, role: &Role, subject: &Subject, answer: &mut Answer) {
        let sent = roles::fields(self.operation, self.input);
        let names = role.names();
        match (role.verb, subject.id.clone(), answer.json()) {
            (Verb::Create, _, response) => {
                let mut names = names.to_vec();
                // Some return the id alone.
                names.push("Data");
                let found = response.and_then(|response| dotted::with_field(response, &names));
                let id = match found {
                    Some((object, name)) => {
                        overlay(object, &sent);
                        let id = sent.get(&name).filter(|it| it.is_string()).cloned();
                        let id = id.unwrap_or_else(|| varied(&object[&name], &mut self.inner.rng));
                        object.insert(name, id.clone());
                        scalar_text(&id)
                    }
                    // The caller chooses the id: a name.
                    None => match sent.get(&role.id).or_else(|| sent.get("name").filter(|_| role.id.ends_with("name")))
                    {
                        Some(id) => scalar_text(id),
                        None => return,
                    },
                };
                self.inner.removed.remove(&(subject.collection.clone(), id.clone()));
                let entries = self.inner.entries.entry(subject.collection.clone()).or_default();
                entries.insert(id, Entry { fields: sent, created: true });
            }
            (Verb::Show, Some(id), Some(response)) => {
                let entry = self.inner.entries.get(&subject.collection).and_then(|entries| entries.get(&id));
                if let Some((object, name)) = dotted::with_field(response, &names) {
                    identify(object, &name, &id);
                    entry.iter().for_each(|entry| overlay(object, &entry.fields));
                }
            }
            (Verb::Update, Some(id), response) => {
                if let Some((object, name)) = response.and_then(|response| dotted::with_field(response, &names)) {
                    identify(object, &name, &id);
                    overlay(object, &sent);
                }
                let entries = self.inner.entries.entry(subject.collection.clone()).or_default();
                entries.entry(id).or_default().fields.extend(sent);
            }
            (Verb::Delete, Some(id), response) => {
                if let Some((object, name)) = response.and_then(|response| dotted::with_field(response, &names)) {
                    identify(object, &name, &id);
                }
                self.inner.entries.entry(subject.collection.clone()).or_default().shift_remove(&id);
                self.inner.removed.insert((subject.collection.clone(), id));
            }
            _ => {}
        }
    }

    /// A list: the entries of the sample and the created ones, and of these the page that the call asks for.
    fn list(&mut self, role: Option<&Role>, path: &str, answer: &mut Answer) {
        let role = role.filter(|role| role.verb == Verb::List);
        let paging = self.service.raw(self.operation).get("x-pagination").filter(|it| it.get("style").is_some());
        let field = |key: &str| paging.and_then(|it| it.pointer(&format!("/response/{key}"))).and_then(Value::as_str);
        if role.is_none() && paging.is_none() {
            return;
        }
        let Some(response) = answer.json() else { return };
        // Without paging, the only list of the response; or the response is one.
        let of_objects = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
        let only = response.as_object().and_then(|object| object.iter().find(|(_, value)| of_objects(value)));
        let Some(at) = field("items").map(str::to_owned).or_else(|| only.map(|(name, _)| name.clone())) else {
            return;
        };
        // Some lists are in an object of their own.
        let wrapper = dotted::get(response, &at).and_then(Value::as_object).filter(|it| it.len() == 1);
        let at = match wrapper.and_then(|wrapper| wrapper.iter().next()) {
            Some((name, list)) if list.is_array() => format!("{at}.{name}"),
            _ => at,
        };
        let Some(Value::Array(sample)) = dotted::get(response, &at).cloned() else { return };
        let names: Vec<&str> = role.map_or_else(|| vec!["id"], |role| role.names().to_vec());
        let all = self.entries(role, path, sample, &names);
        let total = all.len();
        let (page, next) = self.page(paging, all);
        if let Some(place) = dotted::entry(response, &at) {
            *place = page.into();
        }
        if let Some(place) = field("total").and_then(|total| dotted::entry(response, total)) {
            *place = if place.is_string() { total.to_string().into() } else { total.into() };
        }
        if let Some(name) = field("next").filter(|next| !next.contains("[-1]")) {
            match (next, dotted::entry(response, name)) {
                (Some(next), Some(place)) => *place = next.into(),
                (None, Some(place)) => *place = "".into(),
                _ => {}
            }
        }
    }

    /// All entries of a list.
    fn entries(&mut self, role: Option<&Role>, path: &str, sample: Vec<Value>, names: &[&str]) -> Vec<Value> {
        let mut all = match self.state.seed_items {
            Some(count) => {
                (0..count).filter_map(|index| seeded(sample.get(index % sample.len().max(1))?, names, index)).collect()
            }
            None => sample.clone(),
        };
        let Some(role) = role else { return all };
        let Subject { collection, .. } = role.subject(path, self.input);
        let id_of = |item: &Value| {
            let object = item.as_object()?;
            names.iter().find_map(|name| dotted::key(object, name)).and_then(|key| object.get(key)).map(scalar_text)
        };
        all.retain(|item| id_of(item).is_none_or(|id| !self.inner.removed.contains(&(collection.clone(), id))));
        let known = self.inner.entries.get(&collection);
        for item in &mut all {
            let entry = id_of(item).and_then(|id| known?.get(&id));
            if let (Some(entry), Some(object)) = (entry, item.as_object_mut()) {
                overlay(object, &entry.fields);
            }
        }
        let created = known.into_iter().flatten().filter(|(_, entry)| entry.created);
        for (id, entry) in created {
            let Some(Value::Object(mut item)) = sample.first().cloned() else { break };
            overlay(&mut item, &entry.fields);
            if let Some(name) = names.iter().find_map(|name| dotted::key(&item, name)).map(str::to_owned) {
                identify(&mut item, &name, id);
            }
            all.push(item.into());
        }
        all
    }

    /// The page of a list that a call asks for, and the token of the next one.
    fn page(&self, paging: Option<&Value>, all: Vec<Value>) -> (Vec<Value>, Option<String>) {
        let Some(paging) = paging else { return (all, None) };
        let text = |pointer: &str| paging.pointer(pointer).and_then(Value::as_str);
        let sent = |key: &str| -> Option<String> {
            let name = text(&format!("/request/{key}"))?;
            let in_body = match self.input.body.as_ref().map(|content| &content.data) {
                Some(Data::Json(body)) => body.get(name),
                _ => None,
            };
            self.input.query.get(name).or_else(|| self.input.header.get(name)).or(in_body).map(scalar_text)
        };
        let default = |key: &str| {
            let name = text(&format!("/request/{key}"))?;
            let parameter = self.operation.parameters.iter().find(|it| it.name == name)?;
            let schema = self.service.document.root.pointer(&parameter.schema.as_ref()?.0)?;
            self.service.resolved(schema).get("default").map(scalar_text)
        };
        let number = |key: &str| sent(key).or_else(|| default(key)).and_then(|text| text.parse::<usize>().ok());
        let first = |usual: usize| paging.get("first").and_then(Value::as_u64).map_or(usual, |it| it as usize);
        let size = number("limit").or_else(|| number("size")).filter(|size| *size > 0).unwrap_or(all.len());
        let start = match text("/style") {
            Some("offset") => number("offset").unwrap_or(first(0)).saturating_sub(first(0)),
            Some("page") => number("page").unwrap_or(first(1)).saturating_sub(first(1)).saturating_mul(size),
            _ => match (sent("token"), text("/response/next").and_then(|next| next.split_once("[-1]."))) {
                (None, _) => 0,
                // The token is a field of the last entry.
                (Some(token), Some((_, field))) => {
                    let at = all
                        .iter()
                        .position(|item| dotted::get(item, field).map(scalar_text).as_deref() == Some(&token));
                    at.map_or(0, |at| at + 1)
                }
                (Some(token), None) => token.parse().unwrap_or(0),
            },
        };
        let count = all.len();
        let end = start.saturating_add(size).min(count);
        (all.into_iter().skip(start).take(size).collect(), (end < count).then(|| end.to_string()))
    }

    /// A job that the call starts, or that it shows.
    fn job(&mut self, answer: &mut Answer, fails: bool) {
        let Some(kinds) = self.service.document.root.get("x-jobs").and_then(Value::as_object) else { return };
        let own = self.service.raw(self.operation).get("x-job");
        let text = |node: &Value, key: &str| node.get(key).and_then(Value::as_str).map(str::to_owned);
        if let Some((place, kind)) = own.and_then(|job| text(job, "id").zip(text(job, "kind"))) {
            let id = match place.strip_prefix("$request.") {
                Some(name) => self.input.query.get(name).or_else(|| self.input.path.get(name)).map(scalar_text),
                None => answer.json().and_then(|response| {
                    // Yearly orders start no job.
                    let place = dotted::get(response, &place).filter(|id| !id.is_null()).is_some().then_some(place)?;
                    let place = dotted::entry(response, &place)?;
                    *place = varied(place, &mut self.inner.rng);
                    Some(scalar_text(place))
                }),
            };
            let poll = kinds.get(&kind).and_then(|kind| text(kind, "poll")).unwrap_or_default();
            if let Some(id) = id {
                self.inner.jobs.insert((poll, id), Job { began: Instant::now(), fails });
            }
        }
        let name = Service::name_of(self.operation);
        let Some(kind) = kinds.values().find(|kind| text(kind, "poll").as_ref() == Some(&name)) else { return };
        let (Some(argument), Some(at)) = (text(kind, "argument"), text(kind, "state")) else { return };
        let id = self.input.query.get(&argument).or_else(|| self.input.path.get(&argument)).map(scalar_text);
        let (Some(id), Some(response)) = (id, answer.json()) else { return };
        let names = [argument.as_str(), "id"];
        if let Some((object, name)) = dotted::with_field(response, &names) {
            identify(object, &name, &id);
        }
        // One that another process started begins when it is first seen.
        let job = self.inner.jobs.entry((name, id)).or_insert_with(|| Job { began: Instant::now(), fails: false });
        let states = |key: &str| -> Vec<&str> {
            kind.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let running = states("running");
        let Some(place) = dotted::entry(response, &at) else { return };
        let elapsed = job.began.elapsed();
        let ends = states(if job.fails { "failed" } else { "succeeded" });
        let state = if elapsed < self.state.job_time && !running.is_empty() {
            let share = elapsed.as_secs_f64() / self.state.job_time.as_secs_f64();
            running.get((share * running.len() as f64) as usize).copied()
        } else {
            // Of several ends that of the sample.
            ends.iter().find(|end| place.as_str() == Some(end)).or(ends.first()).copied()
        };
        if let Some(state) = state {
            *place = state.into();
        }
    }
}

/// Replaces fields by values of the same kind.
fn overlay(object: &mut Map<String, Value>, fields: &Map<String, Value>) {
    for (name, value) in fields {
        let Some(name) = dotted::key(object, name).map(str::to_owned) else { continue };
        // An integer that is too large for one was read as a fraction.
        let same = |place: &Value| {
            std::mem::discriminant(place) == std::mem::discriminant(value) && (place.is_f64() || !value.is_f64())
        };
        if let Some(place) = object.get_mut(&name).filter(|place| same(place)) {
            *place = value.clone();
        }
    }
}

/// Sets an id, as a number where the field is one.
fn identify(object: &mut Map<String, Value>, name: &str, id: &str) {
    let Some(place) = object.get_mut(name) else { return };
    *place = match id.parse::<i64>() {
        Ok(number) if place.is_number() => number.into(),
        _ => id.into(),
    };
}

/// Another id of the same form: digits for digits, letters for letters.
fn varied(id: &Value, rng: &mut fastrand::Rng) -> Value {
    let Value::String(text) = id else { return rng.u32(1000..1_000_000_000).into() };
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    // The first long hexadecimal part, else the last characters.
    let characters: Vec<char> = text.chars().collect();
    let start = (0..characters.len()).find(|at| characters[*at..].iter().take_while(|c| is_hex(**c)).count() >= 8);
    let range = match start {
        Some(start) => start..start + characters[start..].iter().take_while(|c| is_hex(**c)).count(),
        None => characters.len().saturating_sub(12)..characters.len(),
    };
    let vary = |(at, c): (usize, char)| match c {
        _ if !range.contains(&at) => c,
        '0'..='9' if start.is_none() => char::from(rng.u8(b'0'..=b'9')),
        'a'..='z' if start.is_none() => char::from(rng.u8(b'a'..=b'z')),
        c if start.is_some() => char::from_digit(rng.u32(0..16), 16).unwrap_or(c),
        c => c,
    };
    characters.iter().copied().enumerate().map(vary).collect::<String>().into()
}

/// An entry of a list that differs from the others in its id, or in a name.
fn seeded(sample: &Value, names: &[&str], index: usize) -> Option<Value> {
    let mut item = sample.clone();
    let Some(object) = item.as_object_mut() else {
        return Some(if item.is_string() { format!("{}-{index}", scalar_text(&item)).into() } else { item });
    };
    let mut rng = fastrand::Rng::with_seed(index as u64 + 1);
    let own = names.iter().find_map(|name| dotted::key(object, name)).map(str::to_owned);
    let ends = |suffixes: &[&str]| {
        object
            .keys()
            .find(|key| suffixes.iter().any(|suffix| key.ends_with(suffix)) && object[*key].is_string())
            .cloned()
    };
    let id = own.or_else(|| ends(&["_id", "Id", "ID"]));
    let name = ends(&["name", "Name"]);
    let other = || object.iter().find(|(_, value)| value.is_string() || value.is_u64()).map(|(key, _)| key.clone());
    match (id, name) {
        (None, None) => {
            let key = other()?;
            let place = object.get_mut(&key)?;
            *place = match place {
                Value::String(text) => format!("{text}-{index}").into(),
                _ => index.into(),
            };
        }
        (id, name) => {
            if let Some(key) = id {
                let place = object.get_mut(&key)?;
                *place = if place.is_number() { (index + 1).into() } else { varied(place, &mut rng) };
            }
            if let Some(key) = name {
                let place = object.get_mut(&key)?;
                *place = format!("{}-{index}", scalar_text(place)).into();
            }
        }
    }
    Some(item)
}
