//! What no hub could be faster than on this machine: a server that takes files over TLS, hashes them and stores them, with the
//! libraries that the hub has, and asks nobody anything: no database, no signatures, no limits.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sohoa_hub::store::Store;
use sohoa_model::hash::Hasher;
use sohoa_wire::Hash;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::Outcome;

/// Serves on a free port of this machine until the program ends; the answer is the address under which files are put, whose last
/// part is their digest.
pub(crate) fn serve(runtime: &Runtime, [certificate, key]: [&str; 2], store: Store) -> Outcome<String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate)?.collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates?, PrivateKeyDer::from_pem_file(key)?)?;
    let tls = TlsAcceptor::from(Arc::new(config));
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    let url = format!("https://{}/", listener.local_addr()?);
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, store) = (tls.clone(), store.clone());
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let Ok(stream) = tls.accept(stream).await else { return };
                let service = service_fn(move |request| {
                    let store = store.clone();
                    async move { Ok::<_, Infallible>(answer(request, &store).await) }
                });
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(url)
}

async fn answer(request: Request<Incoming>, store: &Store) -> Response<Empty<Bytes>> {
    let status = if request.method() != Method::PUT {
        StatusCode::OK
    } else if keep(request, store).await.is_ok() {
        StatusCode::CREATED
    } else {
        StatusCode::BAD_REQUEST
    };
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}

async fn keep(request: Request<Incoming>, store: &Store) -> Outcome<()> {
    let path = format!("ceiling{}", request.uri().path());
    let digest: Hash = path.rsplit('/').next().unwrap_or_default().parse().map_err(|_| "no digest")?;
    let mut body = request.into_body();
    let (mut bytes, mut hasher) = (Vec::with_capacity(usize::try_from(body.size_hint().lower())?), Hasher::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        hasher.update(&data);
        bytes.extend_from_slice(&data);
    }
    if Hash::from(hasher.finish()) != digest {
        return Err("other bytes".into());
    }
    Ok(store.put(&path, bytes).await?)
}
