//! Listings with circular positions.

use serde::Deserialize;
use yundb_runtime::operation::{field, query};
use yundb_runtime::shape::any;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{Client, ClientBuilder, Operation, Paged, Paging, Spec, Value, items, pages};

use crate::fake::reply;
use crate::mini::HTTP;

struct List;

#[derive(Clone, Debug, Deserialize)]
struct Page {
    items: Vec<u32>,
}

impl Operation for List {
    type Output = Page;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("List", "GET", "/list").params(&[query("token", any())]).security(&[]);
}

impl Paged for List {
    type Item = u32;
    const PAGING: Paging = Paging::token("token").next("next");

    fn items(page: Page) -> Vec<u32> {
        page.items
    }
}

/// Pages with these next tokens, one after the other.
fn listing(next: impl IntoIterator<Item = Value>) -> (Replay, Client) {
    let page = |(number, next): (usize, Value)| -> Reply {
        reply(200, &[], format!(r#"{{"items": [{number}], "next": {next}}}"#))
    };
    let fake = Replay::new(next.into_iter().enumerate().map(page));
    let builder: ClientBuilder = ClientBuilder::new(&HTTP);
    let client = builder.transport(fake.clone()).bearer_token("t").build().expect("a client");
    (fake, client)
}

#[tokio::test]
async fn circular_tokens_end() {
    // The next tokens of the pages, and the expected number of pages.
    let table: [(&[&str], usize); 6] = [
        (&["a", "a", "a"], 2),
        (&["a", "b", "a", "b", "a"], 3),
        (&["a", "b", "c", "b", "c"], 4),
        (&["a", "b", "c", "d", "a", "b"], 5),
        (&["a", "b", ""], 3),
        (&["a", "b", "ab", "ba", ""], 5),
    ];
    for (tokens, count) in table {
        let (fake, client) = listing(tokens.iter().map(|token| Value::from(*token)));
        let seen: Vec<u32> = items::<List>(client.call(List::SPEC)).collect().await.expect("items");
        assert_eq!((seen.len(), fake.requests().len()), (count, count), "{tokens:?}");
    }
    // Starting at the caller's own token, and with numbers.
    let (_, client) = listing(["b", "a", "b"].map(Value::from));
    let seen: Vec<_> = pages::<List>(client.call(List::SPEC).text("token", "a")).collect().await.expect("pages");
    assert_eq!(seen.len(), 2);
    let (_, client) = listing([1, 2, 1, 2].map(Value::from));
    let seen: Vec<_> = pages::<List>(client.call(List::SPEC)).collect().await.expect("pages");
    assert_eq!(seen.len(), 3);
    let (_, client) = listing((1..500).map(Value::from).chain([Value::Null]));
    let seen: Vec<_> = pages::<List>(client.call(List::SPEC)).collect().await.expect("pages");
    assert_eq!(seen.len(), 500);
}

/// The operation with its position in a JSON body, as text or as a number.
macro_rules! posted {
    ($name:ident, $paging:expr) => {
        struct $name;

        impl Operation for $name {
            type Output = Page;
            type Headers = ();
            type Error = Value;
            const SPEC: &'static Spec = &Spec::new("List", "POST", "/list")
                .params(&[field("token", any())])
                .body("application/json", false)
                .security(&[]);
        }

        impl Paged for $name {
            type Item = u32;
            const PAGING: Paging = $paging.next("next");

            fn items(page: Page) -> Vec<u32> {
                page.items
            }
        }
    };
}

posted!(OfText, Paging::token("token"));
posted!(OfNumbers, Paging::number_token("token"));

/// A response may have the token as another type than the request.
#[tokio::test]
async fn tokens_are_sent_as_the_request_has_them() {
    let all = || [Value::from(7), Value::from("8"), Value::from("x9"), Value::from("")];
    let bodies = |fake: &Replay| -> Vec<String> {
        fake.requests()[1..].iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect()
    };
    let (fake, client) = listing(all());
    let seen: Vec<u32> = items::<OfText>(client.call(OfText::SPEC)).collect().await.expect("items");
    assert_eq!(seen.len(), 4);
    assert_eq!(bodies(&fake), [r#"{"token":"7"}"#, r#"{"token":"8"}"#, r#"{"token":"x9"}"#]);
    let (fake, client) = listing(all());
    let seen: Vec<u32> = items::<OfNumbers>(client.call(OfNumbers::SPEC)).collect().await.expect("items");
    assert_eq!(seen.len(), 4);
    assert_eq!(bodies(&fake), [r#"{"token":7}"#, r#"{"token":8}"#, r#"{"token":"x9"}"#]);
}
