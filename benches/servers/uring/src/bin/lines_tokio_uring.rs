//! The plainest echo of lines on tokio-uring, checked for UTF-8 as the generated server does it: one
//! thread, no limits, no time-outs, no shutdown.

use tokio_uring::net::{TcpListener, TcpStream};

fn main() {
    tokio_uring::start(async {
        let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio_uring::spawn(echo(stream));
        }
    });
}

async fn echo(stream: TcpStream) {
    let mut input = Vec::with_capacity(8 * 1024);
    let mut lines = Vec::new();
    loop {
        input.clear();
        let (result, returned) = stream.read(input).await;
        if !matches!(result, Ok(1..)) {
            return;
        }
        input = returned;
        lines.extend_from_slice(&input);
        while let Some(end) = lines.iter().position(|&byte| byte == b'\n') {
            let rest = lines.split_off(end + 1);
            let Ok(line) = String::from_utf8(lines) else {
                return;
            };
            if stream.write_all(line.into_bytes()).await.0.is_err() {
                return;
            }
            lines = rest;
        }
    }
}
