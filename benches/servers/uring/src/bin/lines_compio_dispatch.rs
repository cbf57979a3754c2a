//! The plainest echo of lines on compio, checked for UTF-8 as the generated server does it: a thread for
//! each core, no limits, no time-outs, no shutdown.

use compio::{
    BufResult,
    dispatcher::Dispatcher,
    io::{AsyncRead, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

fn main() {
    Runtime::new().unwrap().block_on(async {
        let dispatcher = Dispatcher::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            drop(dispatcher.dispatch(move || echo(stream)));
        }
    });
}

async fn echo(mut stream: TcpStream) {
    let mut input = Vec::with_capacity(8 * 1024);
    let mut lines = Vec::new();
    loop {
        input.clear();
        let BufResult(result, returned) = stream.read(input).await;
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
            if stream.write_all(line.into_bytes()).await.is_err() {
                return;
            }
            lines = rest;
        }
    }
}
