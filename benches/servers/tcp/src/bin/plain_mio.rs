//! The plainest echo on mio: no limits, no time-outs, no shutdown.

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
                    streams.insert(Token(last), stream);
                }
            } else if let Some(stream) = streams.get_mut(&event.token())
                && !echo(stream, &mut buffer)
            {
                streams.remove(&event.token());
            }
        }
    }
}

/// Whether the peer is still there. An answer that does not fit the socket ends the connection.
fn echo(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    loop {
        match stream.read(buffer) {
            Ok(count @ 1..) => {
                if stream.write_all(&buffer[..count]).is_err() {
                    return false;
                }
            }
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
            Ok(0) => return false,
        }
    }
}
