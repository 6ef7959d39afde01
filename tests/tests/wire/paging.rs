//! Paged lists: each page is requested when it is needed, and no page too many.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use serde_json::json;
use wiremock::ResponseTemplate;
use yundb_aliyun_dg::Client;
use yundb_mock::{MockServer, Options};
use yundb_runtime::Credentials;
use yundb_runtime::serde::Serialize;

use crate::server::Server;

/// A server whose lists have five entries, and its client.
async fn five_entries() -> (MockServer, Client) {
    let options = Options { seed_items: Some(5), ..Options::default() }.access_key("ak", "sk");
    let server = MockServer::start("aliyun-dg", options).await.unwrap();
    let builder = Client::builder().endpoint(server.url()).credentials(Credentials::access_key("ak", "sk"));
    (server, builder.build().unwrap())
}

/// The values of a parameter, page by page.
fn sent(server: &MockServer, name: &str) -> Vec<String> {
    let values = server.journal().into_iter().filter_map(|record| record.request["query"].get(name).cloned());
    values.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

/// Number of different entries.
fn different<T: Serialize>(entries: &[T]) -> usize {
    entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn items_of_gateways_are_streamed() {
    let (server, client) = five_entries().await;
    let items: Vec<_> = client.list_gateways().page_size(2).search_key("k").items().try_collect().await.unwrap();
    assert_eq!((items.len(), different(&items)), (5, 5));
    assert_eq!(items[4].gateway_name.as_deref(), Some("TestLinux-4"));
    assert_eq!(sent(&server, "PageNumber"), ["1", "2", "3"]);
    assert_eq!(sent(&server, "PageSize"), ["2", "2", "2"]);
    assert_eq!(sent(&server, "SearchKey"), ["k", "k", "k"]);
}

#[tokio::test]
async fn pages_of_gateways_are_requested_on_demand() {
    let (server, client) = five_entries().await;
    let mut pages = client.list_gateways().page_size(2).pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(server.journal().len(), 1, "the second is requested when it is needed");
    assert_eq!((first.count, first.success), (Some(5), Some(true)));
    let mut counts = vec![first.data.as_ref().unwrap().value().unwrap().len()];
    while let Some(page) = pages.try_next().await.unwrap() {
        counts.push(page.data.as_ref().unwrap().value().unwrap().len());
    }
    assert_eq!(counts, [2, 2, 1]);
    assert_eq!(sent(&server, "PageNumber"), ["1", "2", "3"]);
}

#[tokio::test]
async fn items_of_databases_are_streamed() {
    // The page number is a string here, and required: a stream sets it to the first one.
    for begin in [false, true] {
        let (server, client) = five_entries().await;
        let call = client.list_databases().page_size("2").gateway_id("g");
        let call = if begin { call.page_number("1") } else { call };
        let items: Vec<_> = call.items().try_collect().await.unwrap();
        assert_eq!((items.len(), different(&items)), (5, 5));
        assert_eq!(items[4].port, Some(3440));
        assert_eq!(sent(&server, "PageNumber"), ["1", "2", "3"]);
        assert_eq!(sent(&server, "PageSize"), ["2", "2", "2"]);
        assert_eq!(sent(&server, "GatewayId"), ["g", "g", "g"]);
    }
}

#[tokio::test]
async fn pages_of_databases_are_streamed() {
    let (server, client) = five_entries().await;
    let pages: Vec<_> = client.list_databases().page_size("2").pages().try_collect().await.unwrap();
    let counts: Vec<_> = pages.iter().map(|page| page.data.as_ref().unwrap().value().unwrap().len()).collect();
    assert_eq!(counts, [2, 2, 1]);
    assert_eq!(server.journal().len(), 3);
}

#[tokio::test]
async fn a_page_that_fails_ends_the_stream() {
    let server = Server::returning([
        ResponseTemplate::new(200).set_body_json(json!({"Count": 3, "Data": [{"gatewayId": "a"}], "Success": true})),
        ResponseTemplate::new(200).set_body_json(json!({"Success": false, "Code": "Busy", "ErrorMsg": "no"})),
    ])
    .await;
    let client: Client = server.client(Client::builder().credentials(Credentials::access_key("ak", "sk")));
    let mut items = client.list_gateways().page_size(1).items();
    assert_eq!(items.try_next().await.unwrap().unwrap().gateway_id.as_deref(), Some("a"));
    assert_eq!(items.try_next().await.unwrap_err().code(), Some("Busy"));
    assert!(items.try_next().await.unwrap().is_none());
}
