//! A hyper server on smol by hand that does the generated one's job for a request, and nothing else of it: it
//! looks at the method and the path, which keeps the request until the answer, and sends a request id.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use smol_hyper::rt::FuturesIo;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

fn main() -> std::io::Result<()> {
    smol::block_on(async {
        let listener = smol::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on {}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            smol::spawn(async move {
                let _ = http1::Builder::new()
                    .serve_connection(FuturesIo::new(stream), service_fn(answer))
                    .await;
            })
            .detach();
        }
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut response = match (request.method(), request.uri().path()) {
        (&Method::GET, "/") => Response::new(Full::from("hello, world\n")),
        _ => {
            let mut response = Response::new(Full::from("not found\n"));
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    };
    let id = match request.headers().get(REQUEST_ID) {
        Some(id) => id.clone(),
        None => {
            let id = format!("{:016x}", COUNT.fetch_add(1, Ordering::Relaxed));
            HeaderValue::from_maybe_shared(Bytes::from(id)).expect("digits are a header's value")
        }
    };
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response.headers_mut().insert(REQUEST_ID, id);
    Ok(response)
}
