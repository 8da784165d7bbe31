//! Serving: connections are taken, TLS is spoken, slow senders and readers are cut off, and when the hub is told to stop what was begun
//! is finished.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::Hub;
use crate::api::{self, Peer};
use crate::look_after;
use crate::patient::Patient;
use crate::places::Places;
use crate::settings::{Patience, TlsSettings};
use crate::texts;

/// What is read ahead of a connection, and so the most that its header fields may have.
const BUFFER_BYTES: usize = 64 * 1024;
const HEADER_FIELDS: usize = 64;

/// Why a hub does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or not of this machine.
    #[error("cannot listen at {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// A certificate or key cannot be read.
    #[error("{0} cannot be read as PEM")]
    Pem(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// Certificate and key do not go together.
    #[error("the certificate cannot be used")]
    Tls(#[from] rustls::Error),
}

/// A hub that has an address.
pub struct Listening {
    hub: Arc<Hub>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    /// Where.
    pub address: SocketAddr,
}

/// Takes the address of the settings.
pub async fn listen(hub: Hub) -> Result<Listening, ServeError> {
    let tls = hub.settings.tls.as_ref().map(acceptor).transpose()?;
    let wanted = hub.settings.listen;
    let failed = |error| ServeError::Listen(wanted, error);
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Listening { hub: Arc::new(hub), listener, tls, address })
}

impl Listening {
    /// Serves until `stop` comes, then finishes what was begun, for as long as the settings allow.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { hub, listener, tls, .. } = self;
        let router = api::router(Arc::clone(&hub));
        let index = tokio::spawn({
            let hub = Arc::clone(&hub);
            async move { texts::index(&hub).await }
        });
        let look_after = tokio::spawn({
            let hub = Arc::clone(&hub);
            async move { look_after::run(&hub).await }
        });
        // Without a certificate all come from the proxy that has one.
        let each = tls.is_some().then_some(hub.settings.connections_per_address.get());
        let (places, graceful) = (Places::new(each), GracefulShutdown::new());
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, most likely: it passes when connections end.
                    tracing::error!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let place = match places.take(peer.ip()) {
                Ok(place) => place,
                Err(why) => {
                    tracing::info!(%peer, ?why, "a connection has no place");
                    continue;
                }
            };
            let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
            let patience = hub.settings.patience;
            tokio::spawn(async move {
                let _place = place;
                if let Some(stream) = handshake(stream, tls, patience).await {
                    let connection = connection(stream, router, Peer(peer), patience);
                    if let Err(error) = watcher.watch(connection).await {
                        tracing::debug!(%peer, %error, "a connection ended early");
                    }
                }
            });
        }
        drop(listener);
        index.abort();
        look_after.abort();
        let grace = Duration::from_secs(hub.settings.grace_s);
        if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests were broken off, for they went on after the time they were given");
        }
        hub.pool.close().await;
    }
}

/// What both kinds of connections can do.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn handshake(stream: TcpStream, tls: Option<TlsAcceptor>, patience: Patience) -> Option<Box<dyn Stream>> {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return Some(Box::new(stream)) };
    match tokio::time::timeout(Duration::from_secs(patience.handshake_s), tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        _ => None,
    }
}

fn connection(
    stream: Box<dyn Stream>,
    router: Router,
    peer: Peer,
    patience: Patience,
) -> hyper::server::conn::http1::Connection<TokioIo<Patient<Box<dyn Stream>>>, WithPeer> {
    let stream = Patient::new(stream, Duration::from_secs(patience.answer_s));
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(patience.header_s))
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADER_FIELDS)
        .serve_connection(TokioIo::new(stream), WithPeer { router: TowerToHyperService::new(router), peer })
}

/// The routes, told who is at the other end.
#[derive(Debug, Clone)]
struct WithPeer {
    router: TowerToHyperService<Router>,
    peer: Peer,
}

impl Service<hyper::Request<Incoming>> for WithPeer {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

fn acceptor(settings: &TlsSettings) -> Result<TlsAcceptor, ServeError> {
    let pem = |path: &PathBuf| {
        let path = path.clone();
        move |error| ServeError::Pem(path, error)
    };
    let certificates = CertificateDer::pem_file_iter(&settings.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(pem(&settings.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&settings.key).map_err(pem(&settings.key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
