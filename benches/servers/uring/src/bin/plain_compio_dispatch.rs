//! The plainest echo on compio with a thread for each core: as `plain_compio`, dispatched.

use compio::{
    BufResult,
    dispatcher::Dispatcher,
    io::{AsyncRead, AsyncWriteExt},
    net::TcpListener,
    runtime::Runtime,
};

fn main() {
    Runtime::new().unwrap().block_on(async {
        let dispatcher = Dispatcher::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let dispatched = dispatcher.dispatch(move || async move {
                let mut buf = Vec::with_capacity(8 * 1024);
                loop {
                    buf.clear();
                    let BufResult(result, returned) = stream.read(buf).await;
                    if !matches!(result, Ok(n) if n > 0) {
                        break;
                    }
                    let BufResult(result, returned) = stream.write_all(returned).await;
                    if result.is_err() {
                        break;
                    }
                    buf = returned;
                }
            });
            drop(dispatched);
        }
    });
}
