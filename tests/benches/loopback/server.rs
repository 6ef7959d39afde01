//! A server on loopback.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A server that returns the same bytes for every request. `end` are the last bytes of each request.
pub async fn server(end: &'static str, response: Vec<u8>) -> String {
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
                    if bytes.ends_with(end.as_bytes()) {
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
