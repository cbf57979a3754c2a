//! A load generator for echo servers, std only.
//!
//! `load ROUNDS SECONDS THREADS CONNECTIONS BYTES NAME=COMMAND...` starts each server in turn, round after
//! round, so that what else the machine does hits all of them alike. A server prints
//! `listening on ADDR` first. Its measure is messages for each second of its own processor time
//! (Linux), and for each second of the clock; both as the median and the best of the rounds.
//! Each client thread writes one line to each of its connections and then reads them all back.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

#[derive(Clone, Copy)]
struct Load {
    seconds: usize,
    threads: usize,
    connections: usize,
    bytes: usize,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |index: usize| arguments[index].parse::<usize>().expect("a number");
    let (rounds, seconds) = (number(0), number(1));
    let load = Load {
        seconds,
        threads: number(2),
        connections: number(3),
        bytes: number(4),
    };
    let servers: Vec<(&str, &str)> = arguments[5..]
        .iter()
        .map(|server| server.split_once('=').expect("NAME=COMMAND"))
        .collect();
    let mut results = vec![Vec::new(); servers.len()];
    for _ in 0..rounds {
        for ((_, command), results) in servers.iter().zip(&mut results) {
            results.push(round(command, load));
        }
    }
    let mut base = None;
    for ((name, _), results) in servers.iter().zip(&results) {
        let (clock, best_clock) = summary(results.iter().map(|result| result.0).collect());
        let (cpu, best_cpu) = summary(results.iter().map(|result| result.1).collect());
        let base = *base.get_or_insert((clock, best_clock, cpu, best_cpu));
        println!(
            "{name:28} per second {clock:8.0} ({:.3}) best {best_clock:8.0} ({:.3})  \
             per CPU second {cpu:8.0} ({:.3}) best {best_cpu:8.0} ({:.3})",
            clock / base.0,
            best_clock / base.1,
            cpu / base.2,
            best_cpu / base.3,
        );
    }
}

fn summary(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[values.len() - 1])
}

fn round(command: &str, load: Load) -> (f64, f64) {
    let mut words = command.split_whitespace();
    let mut server = Command::new(words.next().expect("a command"))
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("start the server");
    let mut lines = BufReader::new(server.stdout.take().expect("stdout")).lines();
    let line = lines.next().expect("a line").expect("a line");
    let address = line.strip_prefix("listening on ").expect("the address");

    let clients: Vec<_> = (0..load.threads)
        .map(|_| {
            let streams: Vec<TcpStream> = (0..load.connections / load.threads)
                .map(|_| {
                    let stream = TcpStream::connect(address).expect("connect");
                    stream.set_nodelay(true).expect("nodelay");
                    stream
                })
                .collect();
            thread::spawn(move || client(streams, load))
        })
        .collect();
    let started = Instant::now();
    let before = cpu_time(server.id());
    let messages: usize = clients
        .into_iter()
        .map(|client| client.join().expect("a client"))
        .sum();
    let cpu = cpu_time(server.id()) - before;
    let clock = started.elapsed().as_secs_f64();
    server.kill().expect("stop the server");
    server.wait().expect("stop the server");
    (messages as f64 / clock, messages as f64 / cpu)
}

fn client(mut streams: Vec<TcpStream>, load: Load) -> usize {
    let mut message = vec![b'x'; load.bytes];
    *message.last_mut().expect("a byte") = b'\n';
    let mut reply = vec![0; load.bytes];
    let mut messages = 0;
    let end = Instant::now() + Duration::from_secs(load.seconds as u64);
    while Instant::now() < end {
        for stream in &mut streams {
            stream.write_all(&message).expect("write");
        }
        for stream in &mut streams {
            stream.read_exact(&mut reply).expect("read");
            assert!(reply == message, "not an echo");
            messages += 1;
        }
    }
    messages
}

/// User and system time in seconds; /proc counts it in hundredths.
fn cpu_time(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("/proc");
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().expect("ticks");
    (ticks(11) + ticks(12)) / 100.0
}
