//! The plainest echo on tokio-uring: one thread, no limits, no time-outs, no shutdown.

use tokio_uring::{buf::BoundedBuf, net::TcpListener};

fn main() {
    tokio_uring::start(async {
        let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio_uring::spawn(async move {
                let mut buf = vec![0; 8 * 1024];
                loop {
                    let (result, returned) = stream.read(buf).await;
                    let Ok(n @ 1..) = result else { break };
                    let (result, returned) = stream.write_all(returned.slice(..n)).await;
                    if result.is_err() {
                        break;
                    }
                    buf = returned.into_inner();
                }
            });
        }
    });
}
