//! The plainest echo of lines on async-std, checked for UTF-8 as the generated server does it: no limits,
//! no time-outs, no shutdown.

use async_std::{
    io::{BufReader, WriteExt, prelude::BufReadExt},
    net::TcpListener,
    stream::StreamExt,
    task,
};

fn main() {
    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            task::spawn(async move {
                let mut lines = BufReader::new(stream.clone()).lines();
                while let Some(Ok(mut line)) = lines.next().await {
                    line.push('\n');
                    if stream.write_all(line.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
}
