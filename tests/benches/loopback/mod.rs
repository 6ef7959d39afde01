//! A listing, and a server on loopback that returns it.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// An instance as in the document's sample.
pub fn instance(number: usize) -> Value {
    json!({
        "id": format!("61a4ea66210545909d74a05c27{number:04}in07"),
        "name": format!("gaussdb-mysql-instance{number:04}"),
        "status": "normal",
        "port": "3306",
        "type": "Cluster",
        "private_ips": ["192.168.0.1"],
        "readonly_private_ips": ["192.168.0.2", "192.168.0.3"],
        "proxy_ips": ["192.168.0.4"],
        "db_user_name": "root",
        "region": "cn-north-4",
        "datastore": {"type": "gaussdb-mysql", "version": "8.0", "kernel_version": "2.0.29.1"},
        "created": "2018-08-20T02:33:49+0800",
        "updated": "2018-08-20T02:33:49+0800",
        "volume": {"type": "POOL", "size": "100"},
        "vpc_id": "3cedfc54-b105-4652-a4e0-847b11576b58",
        "subnet_id": "c1cfa53c-65d3-431e-8552-326bf310c7ad",
        "security_group_id": "fc577a1a-f202-424a-977f-24faec3fdd55",
        "flavor_ref": "gaussdb.mysql.c3.small.4",
        "flavor_info": {"vcpus": "8", "ram": "16"},
        "backup_strategy": {"start_time": "19:00-20:00", "keep_days": "7"},
        "charge_info": {"charge_mode": "postPaid"},
        "enterprise_project_id": "0",
        "time_zone": "UTC",
        "tags": [{"key": "Key1", "value": "value1"}],
    })
}

/// The response of a listing.
pub fn instances(count: usize) -> Vec<u8> {
    let instances: Vec<Value> = (0..count).map(instance).collect();
    serde_json::to_vec(&json!({"total_count": count, "instances": instances})).unwrap()
}

/// A server that returns the same bytes for every request.
pub async fn server(response: Vec<u8>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", response.len());
    let response = [head.into_bytes(), response].concat();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let response = response.clone();
            tokio::spawn(async move {
                stream.set_nodelay(true)?;
                let mut bytes = Vec::new();
                while stream.read_buf(&mut bytes).await? > 0 {
                    if bytes.ends_with(b"\r\n\r\n") {
                        bytes.clear();
                        stream.write_all(&response).await?;
                    }
                }
                std::io::Result::Ok(())
            });
        }
    });
    url
}
