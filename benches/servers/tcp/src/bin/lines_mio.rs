//! The plainest echo of lines on mio, checked for UTF-8 as the generated server does it: no limits,
//! no time-outs, no shutdown.

use std::{
    collections::HashMap,
    io::{ErrorKind, Read, Write},
};

use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};

fn main() {
    let mut poll = Poll::new().unwrap();
    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    poll.registry()
        .register(&mut listener, Token(0), Interest::READABLE)
        .unwrap();
    let mut events = Events::with_capacity(1024);
    let mut streams = HashMap::new();
    let mut last = 0;
    let mut buffer = vec![0; 8 * 1024];
    loop {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            if event.token() == Token(0) {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.set_nodelay(true).unwrap();
                    last += 1;
                    poll.registry()
                        .register(&mut stream, Token(last), Interest::READABLE)
                        .unwrap();
                    streams.insert(Token(last), (stream, Vec::new()));
                }
            } else if let Some((stream, line)) = streams.get_mut(&event.token())
                && !echo(stream, line, &mut buffer)
            {
                streams.remove(&event.token());
            }
        }
    }
}

/// Whether the peer is still there. An answer that does not fit the socket ends the connection.
fn echo(stream: &mut TcpStream, lines: &mut Vec<u8>, buffer: &mut [u8]) -> bool {
    loop {
        match stream.read(buffer) {
            Ok(count @ 1..) => {
                lines.extend_from_slice(&buffer[..count]);
                while let Some(end) = lines.iter().position(|&byte| byte == b'\n') {
                    let Ok(line) = std::str::from_utf8(&lines[..=end]) else {
                        return false;
                    };
                    if stream.write_all(line.as_bytes()).is_err() {
                        return false;
                    }
                    lines.drain(..=end);
                }
            }
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
            Ok(0) => return false,
        }
    }
}
