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
use crate::ids;
use crate::listing::{self, Page};
use crate::refusal::{Refusal, Why};
use crate::respond::{self, Answer, Preference};
use crate::roles::{self, Role, Subject, Verb};
use crate::service::Service;

/// The state of one service.
pub struct State {
    roles: Vec<Option<Role>>,
    /// Whether nothing is kept: each response is its sample.
    stateless: bool,
    /// Number of entries that each list has from the start; none for those of the sample.
    seed_items: Option<usize>,
    /// Whether lists are random, so that it is not known what is in them.
    dynamic: bool,
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

/// What calls set in an entry.
#[derive(Default)]
struct Entry {
    fields: Map<String, Value>,
    /// Whether a call created it; others are in the samples, if at all.
    created: bool,
    /// The key of the job that creates it.
    job: Option<(String, String)>,
}

struct Job {
    began: Instant,
    fails: bool,
}

/// The ids that a collection has from the start.
struct Initial {
    ids: HashSet<String>,
    /// Whether these are all.
    complete: bool,
}

/// States of an entry that is being created, in lower case and without `_`.
const CREATING: &[&str] = &["creating", "build", "building"];

/// States of an entry whose creation failed.
const CREATION_FAILED: &[&str] = &["createfailed", "createfail", "creationfailed", "buildfailed"];

impl State {
    /// The state before any call.
    pub fn new(service: &Service, options: &Options) -> Self {
        let Options { seed, seed_items, dynamic, job_time, limits, stateless, .. } = *options;
        let inner = Mutex::new(Inner { rng: fastrand::Rng::with_seed(seed), ..Inner::default() });
        Self { roles: roles::roles(service), stateless, seed_items, dynamic, job_time, limits, inner }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, and refuses it if a documented limit is reached.
    pub fn limit(&self, service: &Service, operation: &Operation) -> Result<(), Refusal> {
        if !self.limits {
            return Ok(());
        }
        let own = (service.called(operation), service.raw(operation));
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

    /// Refuses a call that refers to something that was removed or never existed, unless it creates it.
    pub fn present(&self, service: &Service, index: usize, path: &str, input: &Input) -> Result<(), Refusal> {
        let mut inner = self.inner();
        if self.stateless || (inner.removed.is_empty() && self.seed_items.is_none()) {
            return Ok(());
        }
        let (role, operation) = (self.roles[index].as_ref(), &service.operations()[index]);
        if let Some(role) = role.filter(|role| role.puts(service, operation)) {
            let Subject { collection, id } = role.subject(path, input);
            if let Some(id) = id.filter(|id| self.is_absent(service, &inner, &collection, id)) {
                inner.removed.remove(&(collection.clone(), id.clone()));
                let entry = Entry { created: true, ..Entry::default() };
                inner.entries.entry(collection).or_default().insert(id, entry);
            }
        }
        let gone = roles::references(service, path, input).into_iter().find_map(|subject| {
            let Subject { collection, id: Some(id) } = subject else { return None };
            let is_absent = match roles::identifies(service, operation, &collection) {
                true => self.is_absent(service, &inner, &collection, &id),
                false => inner.removed.contains(&(collection.clone(), id.clone())),
            };
            is_absent.then_some((collection, id))
        });
        let Some((collection, id)) = gone else { return Ok(()) };
        // `instances` of a path, `GatewayId` of a parameter.
        let name = collection.rsplit('/').next().unwrap_or_default();
        let name = if service.is_rpc() { name } else { name.strip_suffix('s').unwrap_or(name) };
        Err(Refusal::new(Why::Gone, format!("{name} {id} does not exist")).about(name))
    }

    /// Whether an entry was removed, or is not one of the known entries of its collection.
    fn is_absent(&self, service: &Service, inner: &Inner, collection: &str, id: &str) -> bool {
        if inner.removed.contains(&(collection.to_owned(), id.to_owned())) {
            return true;
        }
        let is_created = || inner.entries.get(collection).and_then(|all| all.get(id)).is_some_and(|it| it.created);
        let is_unknown = || {
            let initial = self.initial(service, collection);
            initial.is_some_and(|initial| initial.complete && !initial.ids.contains(id))
        };
        // Without a number of entries, samples stand for entries with any id: those of different operations disagree.
        self.seed_items.is_some() && !is_created() && is_unknown()
    }

    /// The ids that a collection has from the start: those that its list has without any call. None if it has no list.
    fn initial(&self, service: &Service, collection: &str) -> Option<Initial> {
        if self.dynamic {
            return None;
        }
        let is_list = |index: &usize| self.roles[*index].as_ref().is_some_and(|role| role.verb == Verb::List);
        let lists: Vec<usize> = if service.is_rpc() {
            let of_it = |index: &usize| self.roles[*index].as_ref().is_some_and(|role| role.id == collection);
            (0..self.roles.len()).filter(is_list).filter(of_it).collect()
        } else {
            service.route("GET", &format!("{}{collection}", service.base)).ok().filter(is_list).into_iter().collect()
        };
        let mut initial = Initial { ids: HashSet::new(), complete: true };
        for index in &lists {
            let (operation, role) = (&service.operations()[*index], self.roles[*index].as_ref()?);
            let mut sample = respond::answer(service, operation, &Preference::default(), None, 1).ok()?;
            let response = sample.json()?;
            dotted::expand(response);
            let at = listing::place(listing::paging(service, operation), response)?;
            let Some(Value::Array(items)) = dotted::get(response, &at) else { return None };
            for item in self.start(items, &role.names()) {
                let key =
                    item.as_object().and_then(|item| role.names().into_iter().find_map(|it| dotted::key(item, it)));
                // An `id` is not what a name identifies.
                let is_own = |key: &&str| key.eq_ignore_ascii_case(&role.id) || role.id.to_lowercase().ends_with("id");
                match key.filter(is_own) {
                    Some(key) => _ = initial.ids.insert(scalar_text(&item[key])),
                    None => initial.complete = false,
                }
            }
        }
        (!lists.is_empty()).then_some(initial)
    }

    /// The entries that a list has from the start.
    fn start(&self, sample: &[Value], names: &[&str]) -> Vec<Value> {
        self.seed_items.map_or_else(|| sample.to_vec(), |count| ids::seeded(sample, names, count))
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
        let subject = self.roles[index].as_ref().map(|role| (role, role.subject(path, input)));
        let created = subject.as_ref().and_then(|(role, subject)| call.role(role, subject, answer));
        call.list(self.roles[index].as_ref(), path, answer);
        let job = call.job(answer, job_fails);
        if let Some((role, Subject { collection, .. })) = &subject {
            let entry = created.and_then(|id| call.inner.entries.get_mut(collection)?.get_mut(&id));
            entry.into_iter().for_each(|entry| entry.job = job.clone());
            call.progress(collection, &role.names(), answer);
        }
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
    /// Does what the role says, and returns the id of an entry that it created.
    fn role(&mut self, role: &Role, subject: &Subject, answer: &mut Answer) -> Option<String> {
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
                        let id = id.unwrap_or_else(|| self.new_id(&subject.collection, &object[&name]));
                        object.insert(name, id.clone());
                        scalar_text(&id)
                    }
                    // The caller chooses the id: a name.
                    None => match sent.get(&role.id).or_else(|| sent.get("name").filter(|_| role.id.ends_with("name")))
                    {
                        Some(id) => scalar_text(id),
                        None => return None,
                    },
                };
                self.inner.removed.remove(&(subject.collection.clone(), id.clone()));
                let entries = self.inner.entries.entry(subject.collection.clone()).or_default();
                entries.insert(id.clone(), Entry { fields: sent, created: true, job: None });
                return Some(id);
            }
            (Verb::Show, Some(id), Some(response)) => {
                let entry = self.inner.entries.get(&subject.collection).and_then(|entries| entries.get(&id));
                if let Some((object, name)) = dotted::with_field(response, &names) {
                    identify(object, &name, &id);
                    entry.iter().for_each(|entry| overlay(object, &entry.fields));
                }
            }
            (Verb::Update, Some(id), response) => {
                if let Some(response) = response {
                    match dotted::with_field(response, &names) {
                        Some((object, name)) => {
                            identify(object, &name, &id);
                            overlay(object, &sent);
                        }
                        // A response without an id has what was changed.
                        None => dotted::enveloped(response).into_iter().for_each(|object| overlay(object, &sent)),
                    }
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
        None
    }

    /// An id that no entry of a collection has or had.
    fn new_id(&mut self, collection: &str, like: &Value) -> Value {
        let initial = self.state.initial(self.service, collection);
        let Inner { entries, removed, rng, .. } = &mut *self.inner;
        let entries = entries.get(collection);
        ids::unused(like, rng, |id| {
            initial.as_ref().is_some_and(|initial| initial.ids.contains(id))
                || entries.is_some_and(|entries| entries.contains_key(id))
                || removed.contains(&(collection.to_owned(), id.to_owned()))
        })
    }

    /// A list: the entries of the sample and the created ones, and of these the page that the call requests.
    fn list(&mut self, role: Option<&Role>, path: &str, answer: &mut Answer) {
        let role = role.filter(|role| role.verb == Verb::List);
        let paging = listing::paging(self.service, self.operation);
        if role.is_none() && paging.is_none() {
            return;
        }
        let Some(response) = answer.json() else { return };
        let Some(at) = listing::place(paging, response) else { return };
        let Some(Value::Array(sample)) = dotted::get(response, &at).cloned() else { return };
        let names: Vec<&str> = role.map_or_else(|| vec!["id"], |role| role.names().to_vec());
        let page = Page::of(self.service, self.operation, self.input, self.entries(role, path, sample, &names));
        page.count(paging, &at, response);
        if let Some(name) = listing::text(paging, "/response/next").filter(|next| !next.contains("[-1]")) {
            match (&page.next, dotted::entry(response, name)) {
                (Some(next), Some(place)) => *place = next.as_str().into(),
                (None, Some(place)) => *place = "".into(),
                _ => {}
            }
        }
        if let Some(place) = dotted::entry(response, &at) {
            *place = page.items.into();
        }
    }

    /// All entries of a list.
    fn entries(&mut self, role: Option<&Role>, path: &str, sample: Vec<Value>, names: &[&str]) -> Vec<Value> {
        let mut all = self.state.start(&sample, names);
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

    /// Puts entries whose job runs or failed into the state that the document has for that.
    fn progress(&self, collection: &str, names: &[&str], answer: &mut Answer) {
        let state_of = |entry: &Entry| {
            let job = self.inner.jobs.get(entry.job.as_ref()?)?;
            match (job.began.elapsed() < self.state.job_time, job.fails) {
                (true, _) => Some(CREATING),
                (false, true) => Some(CREATION_FAILED),
                (false, false) => None,
            }
        };
        let entries = self.inner.entries.get(collection).into_iter().flatten();
        let states: HashMap<&String, &[&str]> =
            entries.filter_map(|(id, entry)| Some((id, state_of(entry)?))).collect();
        let Some(schema) = answer.schema.clone().filter(|_| !states.is_empty()) else { return };
        let Some(response) = answer.json() else { return };
        for described in self.service.document.described(&schema, Direction::Response, response) {
            let Some((at, name)) = described.at.rsplit_once('/') else { continue };
            if !["status", "state"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
                continue;
            }
            let Some(object) = response.pointer(at).and_then(Value::as_object) else { continue };
            let id = names.iter().find_map(|name| dotted::key(object, name)).map(|key| scalar_text(&object[key]));
            let node = self.service.document.root.pointer(&described.schema.0).map(|node| self.service.resolved(node));
            let listed = node.and_then(|node| node.get("enum")).and_then(Value::as_array).into_iter().flatten();
            let wanted = id.and_then(|id| states.get(&id).copied()).unwrap_or_default();
            let is_wanted = |value: &&Value| {
                let plain = value.as_str().unwrap_or_default().replace('_', "").to_lowercase();
                wanted.contains(&plain.as_str())
            };
            if let (Some(value), Some(place)) = (listed.clone().find(is_wanted), response.pointer_mut(&described.at)) {
                *place = value.clone();
            }
        }
    }

    /// A job that the call starts, or that it shows. Returns the key of one that it starts.
    fn job(&mut self, answer: &mut Answer, fails: bool) -> Option<(String, String)> {
        let kinds = self.service.document.root.get("x-jobs").and_then(Value::as_object)?;
        let mut started = None;
        let own = self.service.raw(self.operation).get("x-job");
        let text = |node: &Value, key: &str| node.get(key).and_then(Value::as_str).map(str::to_owned);
        if let Some((place, kind)) = own.and_then(|job| text(job, "id").zip(text(job, "kind"))) {
            let id = match place.strip_prefix("$request.") {
                Some(name) => self.input.query.get(name).or_else(|| self.input.path.get(name)).map(scalar_text),
                None => answer.json().and_then(|response| {
                    // Yearly orders start no job.
                    let place = dotted::get(response, &place).filter(|id| !id.is_null()).is_some().then_some(place)?;
                    let place = dotted::entry(response, &place)?;
                    *place = ids::varied(place, &mut self.inner.rng);
                    Some(scalar_text(place))
                }),
            };
            let poll = kinds.get(&kind).and_then(|kind| text(kind, "poll")).unwrap_or_default();
            if let Some(id) = id {
                started = Some((poll, id));
                self.inner.jobs.extend(started.clone().map(|key| (key, Job { began: Instant::now(), fails })));
            }
        }
        self.show_job(kinds, answer);
        started
    }

    /// Shows a job in its present state.
    fn show_job(&mut self, kinds: &Map<String, Value>, answer: &mut Answer) {
        let text = |node: &Value, key: &str| node.get(key).and_then(Value::as_str).map(str::to_owned);
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
