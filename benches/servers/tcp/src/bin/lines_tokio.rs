//! The plainest echo of lines on tokio, checked for UTF-8 as the generated server does it: no limits,
//! no time-outs, no shutdown.

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    runtime::Builder,
};

fn main() {
    let runtime = Builder::new_multi_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let (input, mut output) = stream.into_split();
                let mut lines = BufReader::new(input).lines();
                while let Ok(Some(mut line)) = lines.next_line().await {
                    line.push('\n');
                    if output.write_all(line.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
}
