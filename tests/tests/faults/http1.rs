//! HTTP/1.1 by hand, so that it can break anywhere.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::server::{Fault, LATE, Service};

pub async fn serve(mut stream: TcpStream, service: Service) -> io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = find(&bytes, b"\r\n\r\n") {
                break String::from_utf8_lossy(&bytes[..end + 4]).into_owned();
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        };
        let fault = service.begin(&head);
        if fault == Fault::ResetBefore {
            return stream.set_zero_linger();
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = head.len() + length.unwrap_or(0);
        while bytes.len() < whole {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        }
        service.carry_out(fault, &bytes[head.len()..whole]);
        bytes.drain(..whole);
        let (status, headers, body) = service.response(fault);
        let length = body.len();
        let close = if fault == Fault::Last { "Connection: close\r\n" } else { "" };
        let head = format!("HTTP/1.1 {status} Status\r\n{headers}{close}Content-Length: {length}\r\n\r\n");
        match fault {
            Fault::ResetAfter => return stream.set_zero_linger(),
            Fault::SlowHeaders => return late(stream).await,
            Fault::SlowBody => {
                stream.write_all(head.as_bytes()).await?;
                return late(stream).await;
            }
            Fault::Truncated => {
                stream.write_all(head.as_bytes()).await?;
                return stream.write_all(&body.as_bytes()[..length / 2]).await;
            }
            Fault::Stream(..) | Fault::GoAway(_) => panic!("HTTP/1.1 has no {fault:?}"),
            Fault::None | Fault::Last | Fault::ResetBefore | Fault::Response(..) | Fault::Broken(..) => {
                stream.write_all(format!("{head}{body}").as_bytes()).await?;
                if fault == Fault::Last {
                    return Ok(());
                }
            }
        }
    }
}

/// Sends nothing until the client disconnects.
async fn late(mut stream: TcpStream) -> io::Result<()> {
    let _ = tokio::time::timeout(LATE, stream.read_u8()).await;
    Ok(())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
