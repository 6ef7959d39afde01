//! Connections: HTTP/1.1 on loopback, with TLS if wanted, and the ways in which they break.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::Response;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use crate::handle::Shared;

/// The body of a response.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A connection that ends by a reset.
#[derive(Debug, thiserror::Error)]
#[error("reset by a scenario")]
pub struct Reset;

/// Accepts connections until the task is dropped.
pub async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            // Small responses are sent at once.
            _ = stream.set_nodelay(true);
            match tls {
                None => serve(stream, shared, |stream| stream).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, shared, |stream| stream.get_ref().0).await;
                    }
                }
            }
        });
    }
}

async fn serve<S>(stream: S, shared: Arc<Shared>, tcp: impl Fn(&S) -> &TcpStream)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        Box::pin(async move { crate::handle::handle(&shared, request).await })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = (&mut connection).await;
    let is_reset = ended.is_err_and(|error| {
        std::error::Error::source(&error).is_some_and(|source| source.downcast_ref::<Reset>().is_some())
    });
    if is_reset {
        // Without lingering, closing a socket resets the connection.
        _ = tcp(connection.into_parts().io.inner()).set_zero_linger();
    }
}

/// A body that ends as it should.
pub fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A response whose body ends early, although its length is announced.
pub fn truncated(mut response: Response<Bytes>, most: usize) -> Response<Body> {
    let length = response.body().len().into();
    response.headers_mut().insert(http::header::CONTENT_LENGTH, length);
    response.map(|bytes| {
        let start = bytes.slice(..most.min(bytes.len().saturating_sub(1)));
        let start = stream::once(async move { Ok(Frame::data(start)) });
        // What was sent before leaves while this waits.
        let end = stream::once(async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::Error::other("truncated by a scenario"))
        });
        StreamBody::new(start.chain(end)).boxed_unsync()
    })
}

/// A server's side of TLS with a certificate of its own, and the certificate in PEM.
pub fn tls() -> io::Result<(TlsAcceptor, String)> {
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
    let key = made.signing_key.serialize_der().try_into().map_err(io::Error::other)?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let config = builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    Ok((TlsAcceptor::from(Arc::new(config.map_err(io::Error::other)?)), made.cert.pem()))
}
