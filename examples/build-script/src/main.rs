//! Lists the open orders of a shop, whose client the build script generates. The address of the shop is the argument;
//! it defaults to that of the document.

mod money;

/// The generated client.
mod shop {
    include!(concat!(env!("OUT_DIR"), "/shop.rs"));
}

use shop::types::{Order, State};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = shop::Client::builder();
    let client = match std::env::args().nth(1) {
        Some(address) => builder.endpoint(address).build()?,
        None => builder.build()?,
    };
    for order in client.list_orders().state(State::Open).await?.iter() {
        println!("{}", line(order));
    }
    Ok(())
}

fn line(order: &Order) -> String {
    let price = order.price.as_ref().map(|price| format!(" for {} {}", price.0.amount, price.0.currency));
    format!("{}{}", order.item.as_deref().unwrap_or_default(), price.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yundb_runtime::test_util::{Replay, Reply};

    use super::*;

    #[test]
    fn orders_have_prices() {
        let replay = Replay::new([Reply::json(200, json!([{"item": "tea", "price": "3 EUR"}, {"item": "air"}]))]);
        let client = shop::Client::builder().transport(replay.clone()).build().unwrap();
        let orders = client.list_orders().state(State::Open).send_blocking().unwrap();
        assert_eq!(orders.iter().map(line).collect::<Vec<_>>(), ["tea for 3 EUR", "air"]);
        assert_eq!(replay.requests()[0].uri().query(), Some("state=open"));
    }
}
