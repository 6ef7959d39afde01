//! HTTP/2 by `h2`, and by hand where a connection ends differently than that crate would end it.

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, Response};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::server::{Fault, LATE, Moment, Service};

/// The effect of a request on its connection.
enum End {
    /// It is reset.
    Reset,
    /// It accepts no further streams, and the open ones end normally.
    Graceful,
    /// It accepts none beyond this one, and is closed at once.
    GoAway(u32),
}

pub async fn serve(stream: TcpStream, service: Service) -> io::Result<()> {
    let stream = stream.into_std()?;
    // `h2` owns one half; the other one ends the connection differently.
    let wire = TcpStream::from_std(stream.try_clone()?)?;
    let mut connection = h2::server::handshake(TcpStream::from_std(stream)?).await.map_err(io::Error::other)?;
    let (ending, mut ends) = unbounded_channel();
    loop {
        tokio::select! {
            accepted = connection.accept() => {
                let Some((request, respond)) = accepted.transpose().map_err(io::Error::other)? else { return Ok(()) };
                tokio::spawn(exchange(service.clone(), request, respond, ending.clone()));
            }
            Some(end) = ends.recv() => if end_with(end, &wire, &mut connection)? { return Ok(()) },
        }
    }
}

/// Whether the connection ends at once.
fn end_with(end: End, wire: &TcpStream, connection: &mut Connection<TcpStream, Bytes>) -> io::Result<bool> {
    match end {
        End::Graceful => connection.graceful_shutdown(),
        End::Reset => wire.set_zero_linger()?,
        End::GoAway(last) => {
            // Length 8, type 7, no flags, stream 0, then the last processed stream, and NO_ERROR (RFC 9113, 6.8).
            let head = [0, 0, 8, 7, 0, 0, 0, 0, 0];
            wire.try_write(&[&head[..], &last.to_be_bytes(), &[0; 4]].concat())?;
        }
    }
    Ok(!matches!(end, End::Graceful))
}

async fn exchange(
    service: Service,
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    ending: UnboundedSender<End>,
) -> Result<(), h2::Error> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let fault = service.begin(&format!("{} {path} HTTP/2\r\n", parts.method));
    let id = respond.stream_id().as_u32();
    match fault {
        Fault::ResetBefore => return end(&ending, End::Reset, respond).await,
        Fault::GoAway(Moment::Before) => return end(&ending, End::GoAway(id - 1), respond).await,
        Fault::Stream(Moment::Before, reason) => return reset(respond, reason),
        _ => {}
    }
    service.carry_out(fault, &whole(body).await?);
    match fault {
        Fault::ResetAfter => return end(&ending, End::Reset, respond).await,
        Fault::GoAway(Moment::After) => return end(&ending, End::GoAway(id), respond).await,
        Fault::Stream(Moment::After, reason) => return reset(respond, reason),
        Fault::SlowHeaders => return late(|context| respond.poll_reset(context)).await,
        Fault::Last => drop(ending.send(End::Graceful)),
        _ => {}
    }
    let (status, headers, body) = service.response(fault);
    let mut response = Response::builder().status(status).header("content-length", body.len());
    for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    let response = response.body(()).unwrap();
    if body.is_empty() {
        return respond.send_response(response, true).map(drop);
    }
    let mut stream = respond.send_response(response, false)?;
    let half = Bytes::from_static(&body.as_bytes()[..body.len() / 2]);
    match fault {
        Fault::SlowBody => late(|context| stream.poll_reset(context)).await,
        Fault::Truncated => stream.send_data(half, true),
        Fault::Stream(Moment::Within, reason) => {
            stream.send_data(half, false)?;
            sent().await;
            stream.send_reset(reason);
            Ok(())
        }
        Fault::GoAway(Moment::Within) => {
            stream.send_data(half, false)?;
            sent().await;
            let _ = ending.send(End::GoAway(id));
            late(|context| stream.poll_reset(context)).await
        }
        _ => stream.send_data(Bytes::from_static(body.as_bytes()), true),
    }
}

async fn whole(mut body: RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await.transpose()? {
        body.flow_control().release_capacity(piece.len())?;
        bytes.extend(piece);
    }
    Ok(bytes)
}

/// Ends the connection, and keeps the stream until then: `h2` resets one that is dropped.
async fn end(ending: &UnboundedSender<End>, end: End, mut respond: SendResponse<Bytes>) -> Result<(), h2::Error> {
    let _ = ending.send(end);
    late(|context| respond.poll_reset(context)).await
}

fn reset(mut respond: SendResponse<Bytes>, reason: Reason) -> Result<(), h2::Error> {
    respond.send_reset(reason);
    Ok(())
}

/// Lets the connection send what it has queued: resetting a stream, or ending its connection, discards that.
async fn sent() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Sends nothing until the client resets the stream.
async fn late(mut is_reset: impl FnMut(&mut Context<'_>) -> Poll<Result<Reason, h2::Error>>) -> Result<(), h2::Error> {
    let _ = tokio::time::timeout(LATE, std::future::poll_fn(|context| is_reset(context))).await;
    Ok(())
}
