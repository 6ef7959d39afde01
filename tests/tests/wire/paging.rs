//! Paged lists: each page is requested when it is needed, and no page too many.

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};
use yundb_aliyun_dg::Client;
use yundb_runtime::Credentials;

use super::signature;
use super::spec::{Samples, Service};
use crate::server::Server;

/// A server with three pages of 2, 2 and 1 items, derived from the sample's item, and its client.
async fn three_pages(operation: &str, id: &str) -> (Server, Client) {
    let service = Service::load("aliyun-dg", Samples::Documented);
    let sample = &service.operation(operation).response.body;
    let item = serde_json::from_str::<Value>(sample["Data"].as_str().unwrap()).unwrap()[0].clone();
    let page = |numbers: &[u8]| {
        let items = numbers.iter().map(|number| {
            let mut item = item.clone();
            item[id] = json!(format!("id-{number}"));
            item
        });
        let mut body = sample.clone();
        body["Data"] = json!(Value::from_iter(items).to_string());
        body["Count"] = json!("5");
        ResponseTemplate::new(200).set_body_json(body)
    };
    let server = Server::returning([page(&[1, 2]), page(&[3, 4]), page(&[5]), ResponseTemplate::new(500)]).await;
    let client = server.client(Client::builder().credentials(Credentials::access_key("ak", "sk")));
    (server, client)
}

/// The values of a parameter, page by page.
fn sent(requests: &[Request], name: &str) -> Vec<String> {
    let values = requests.iter().flat_map(|request| signature::pairs(&request.body));
    values.filter(|(other, _)| other == name).map(|(_, value)| value).collect()
}

const IDS: [&str; 5] = ["id-1", "id-2", "id-3", "id-4", "id-5"];

#[tokio::test]
async fn items_of_gateways_are_streamed() {
    let (server, client) = three_pages("listGateways", "gatewayId").await;
    let items = client.list_gateways().page_size(2).search_key("k").items();
    let items: Vec<_> = items.try_collect().await.unwrap();
    assert_eq!(items.iter().map(|item| item.gateway_id.as_deref().unwrap()).collect::<Vec<_>>(), IDS);
    assert_eq!(items[4].gateway_name.as_deref(), Some("TestLinux"));
    let requests = server.requests().await;
    assert_eq!(sent(&requests, "PageNumber"), ["1", "2", "3"]);
    assert_eq!(sent(&requests, "PageSize"), ["2", "2", "2"]);
    assert_eq!(sent(&requests, "SearchKey"), ["k", "k", "k"]);
    for request in &requests {
        let signed = ("Signature".to_owned(), signature::rpc(request, "sk"));
        assert!(signature::query(request).contains(&signed));
    }
}

#[tokio::test]
async fn pages_of_gateways_are_requested_on_demand() {
    let (server, client) = three_pages("listGateways", "gatewayId").await;
    let mut pages = client.list_gateways().page_size(2).pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(server.requests().await.len(), 1, "the second is requested when it is needed");
    assert_eq!((first.count, first.success), (Some(5), Some(true)));
    let mut counts = vec![first.data.as_ref().unwrap().value().unwrap().len()];
    while let Some(page) = pages.try_next().await.unwrap() {
        counts.push(page.data.as_ref().unwrap().value().unwrap().len());
    }
    assert_eq!(counts, [2, 2, 1]);
    assert_eq!(sent(&server.requests().await, "PageNumber"), ["1", "2", "3"]);
}

#[tokio::test]
async fn items_of_databases_are_streamed() {
    // The page number is a string here, and required: a stream sets it to the first one.
    for begin in [false, true] {
        let (server, client) = three_pages("listDatabases", "instanceId").await;
        let call = client.list_databases().page_size("2").gateway_id("g");
        let call = if begin { call.page_number("1") } else { call };
        let items: Vec<_> = call.items().try_collect().await.unwrap();
        assert_eq!(items.iter().map(|item| item.instance_id.as_deref().unwrap()).collect::<Vec<_>>(), IDS);
        assert_eq!(items[4].port, Some(3440));
        let requests = server.requests().await;
        assert_eq!(sent(&requests, "PageNumber"), ["1", "2", "3"]);
        assert_eq!(sent(&requests, "PageSize"), ["2", "2", "2"]);
        assert_eq!(sent(&requests, "GatewayId"), ["g", "g", "g"]);
    }
}

#[tokio::test]
async fn pages_of_databases_are_streamed() {
    let (server, client) = three_pages("listDatabases", "instanceId").await;
    let pages: Vec<_> = client.list_databases().page_size("2").pages().try_collect().await.unwrap();
    let counts: Vec<_> = pages.iter().map(|page| page.data.as_ref().unwrap().value().unwrap().len()).collect();
    assert_eq!(counts, [2, 2, 1]);
    assert_eq!(server.requests().await.len(), 3);
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
