//! The run tier: every hosted program is started, and servers are talked to.
//!
//! io_uring is required. Where the kernel denies it, the tier fails unless `ASYNC_INIT_NO_URING=1`
//! says so, and then it names what it left out.

mod projects;

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use projects::Project;
use tempfile::TempDir;

/// How long anything may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The CRC-32 (IEEE) of `123456789`, which every description of that checksum gives as its check value.
const CHECK_VALUE: &str = "cbf43926";

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let without_uring = env::var_os("ASYNC_INIT_NO_URING").is_some_and(|value| value == "1");
    let (left_out, chosen): (Vec<Project>, Vec<Project>) = projects::all_with_everything()
        .into_iter()
        .filter(|project| !project.is_firmware())
        .partition(|project| without_uring && project.is_uring());
    for project in &left_out {
        println!(
            "left out, as ASYNC_INIT_NO_URING=1 says: {}",
            project.with(&[]).slug()
        );
    }
    let trials = chosen
        .into_iter()
        .map(|project| Trial::test(project.with(&[]).slug(), move || run(&project)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn run(project: &Project) -> Result<(), Failed> {
    let folder = projects::generated(project);
    projects::cargo(&folder, "build --all-targets")?;
    if project.is_uring() {
        require_uring()?;
    }
    let program = projects::shared_target()
        .join("debug")
        .join(project.with(&[]).slug());
    match project.answers.one("kind") {
        Some("http") => talk_http(&program)?,
        Some("grpc") => talk_grpc(&program, &folder)?,
        Some("tcp") => talk_tcp(&program)?,
        Some("proxy") => talk_through(&program)?,
        Some("app") => read_app(&program)?,
        Some("cli") => count_files(&program, &folder)?,
        Some("worker") => bring_jobs(&program, &folder)?,
        Some("file") => checksum(&program, &folder)?,
        Some("lib" | "sans-io") => run_examples(&folder)?,
        other => return Err(format!("nobody knows how to run the kind {other:?}").into()),
    }
    Ok(())
}

/// The tool's own `doctor` sets up a ring of the size that the programs use.
fn require_uring() -> Result<(), String> {
    let doctor = Command::new(env!("CARGO_BIN_EXE_cargo-async-init"))
        .args(["doctor", "--runtime", "uring"])
        .output()
        .map_err(|error| format!("doctor: {error}"))?;
    projects::finished("doctor --runtime uring", &doctor)
        .map(|_| ())
        .map_err(|said| {
            format!("io_uring is not available; ASYNC_INIT_NO_URING=1 leaves it out\n{said}")
        })
}

/// A server on a port of its own, killed when the test is over.
struct Server {
    child: Child,
    address: String,
    /// Where it runs, and keeps what it keeps.
    _home: TempDir,
}

impl Server {
    fn start(program: &Path) -> Result<Self, String> {
        Self::start_with(program, &[])
    }

    fn start_with(program: &Path, arguments: &[&str]) -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut child = Command::new(program)
            .current_dir(&home)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .ok_or_else(|| format!("the server said {line:?}"))?
            .to_owned();
        Ok(Self {
            child,
            address,
            _home: home,
        })
    }

    fn connect(&self) -> Result<TcpStream, String> {
        let stream = TcpStream::connect(&self.address).map_err(|error| error.to_string())?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .map_err(|error| error.to_string())?;
        Ok(stream)
    }

    /// SIGTERM must end it with code 0.
    fn stop(mut self) -> Result<(), String> {
        expect_code(end_by(&mut self.child, "-TERM")?, 0)
    }
}

/// Sends a signal and waits for the end.
fn end_by(child: &mut Child, signal: &str) -> Result<ExitStatus, String> {
    send_signal(child, signal)?;
    end_after(child, signal)
}

fn send_signal(child: &Child, signal: &str) -> Result<(), String> {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .map_err(|error| format!("kill: {error}"))?;
    if sent.success() {
        Ok(())
    } else {
        Err(format!("cannot send {signal}"))
    }
}

fn end_after(child: &mut Child, signal: &str) -> Result<ExitStatus, String> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(format!("still running after {signal}"))
}

fn expect_code(status: ExitStatus, code: i32) -> Result<(), String> {
    if status.code() == Some(code) {
        Ok(())
    } else {
        Err(format!("ended with {status}, not with code {code}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn talk_http(program: &Path) -> Result<(), String> {
    let server = Server::start(program)?;
    let get = |path: &str| {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        exchange(&server, &request)
    };
    let post = |body: &str| {
        let length = body.len();
        let head = "POST /greet HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        let kind = "Content-Type: application/json\r\n";
        exchange(
            &server,
            &format!("{head}{kind}Content-Length: {length}\r\n\r\n{body}"),
        )
    };
    expect("GET /", &get("/")?, "HTTP/1.1 200 ")?;
    expect("GET /healthz", &get("/healthz")?, "HTTP/1.1 200 ")?;
    expect("GET /readyz", &get("/readyz")?, "HTTP/1.1 200 ")?;
    expect("GET /nowhere", &get("/nowhere")?, "HTTP/1.1 404 ")?;
    let greeting = post(r#"{"name":"Ada"}"#)?;
    expect("POST /greet", &greeting, "HTTP/1.1 200 ")?;
    if !greeting.contains("Ada") || !greeting.to_lowercase().contains("x-request-id: ") {
        return Err(format!("POST /greet said {greeting:?}"));
    }
    expect("an empty name", &post(r#"{"name":""}"#)?, "HTTP/1.1 4")?;
    expect("no JSON", &post("{")?, "HTTP/1.1 4")?;
    server.stop()
}

fn exchange(server: &Server, request: &str) -> Result<String, String> {
    let mut stream = server.connect()?;
    stream
        .write_all(request.as_bytes())
        .map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .map_err(|error| error.to_string())?;
    Ok(answer)
}

fn expect(what: &str, answer: &str, start: &str) -> Result<(), String> {
    if answer.starts_with(start) {
        return Ok(());
    }
    Err(format!("{what}: expected {start:?}, got {answer:?}"))
}

/// By the project's own client, which is a tonic client.
fn talk_grpc(program: &Path, folder: &Path) -> Result<(), String> {
    let server = Server::start(program)?;
    let call = |name: &str| {
        let address = &server.address;
        projects::cargo(
            folder,
            &format!("run --example client -- {address} {name} 2"),
        )
    };
    let greetings = call("Ada")?;
    if !greetings.contains("hello, Ada\n1: hello, Ada\n2: hello, Ada\n") {
        return Err(format!("the client printed {greetings:?}"));
    }
    match call(&"x".repeat(101)) {
        Err(said) if said.contains("InvalidArgument") && said.contains("name: must not be") => {}
        other => return Err(format!("a name that is too long: {other:?}")),
    }
    server.stop()
}

fn talk_tcp(program: &Path) -> Result<(), String> {
    let server = Server::start(program)?;
    let mut peers: Vec<BufReader<TcpStream>> = Vec::new();
    for _ in 0..8 {
        peers.push(BufReader::new(server.connect()?));
    }
    for (number, peer) in peers.iter_mut().enumerate() {
        let sent = format!("hello from {number}\n");
        peer.get_mut()
            .write_all(sent.as_bytes())
            .map_err(|error| error.to_string())?;
        let mut echoed = String::new();
        peer.read_line(&mut echoed)
            .map_err(|error| error.to_string())?;
        if echoed != sent {
            return Err(format!("sent {sent:?}, got {echoed:?}"));
        }
    }
    drop(peers);
    server.stop()
}

/// To two upstreams that echo and one that is not there; one connection outlives SIGTERM.
fn talk_through(program: &Path) -> Result<(), String> {
    let text = |error: io::Error| error.to_string();
    let upstreams = ["127.0.0.1:1".to_owned(), echo()?, echo()?];
    let mut proxy = Server::start_with(program, &["--upstream", &upstreams.join(",")])?;
    for number in 0..8 {
        let mut client = proxy.connect()?;
        let sent = format!("number {number}");
        client.write_all(sent.as_bytes()).map_err(text)?;
        client.shutdown(Shutdown::Write).map_err(text)?;
        let mut echoed = String::new();
        client.read_to_string(&mut echoed).map_err(text)?;
        if echoed != sent {
            return Err(format!("sent {sent:?}, got {echoed:?}"));
        }
    }

    let mut client = proxy.connect()?;
    let mut byte = [0];
    for value in [b'x', b'y'] {
        client.write_all(&[value]).map_err(text)?;
        client.read_exact(&mut byte).map_err(text)?;
        if value == b'x' {
            send_signal(&proxy.child, "-TERM")?;
        }
    }
    drop(client);
    expect_code(end_after(&mut proxy.child, "-TERM")?, 0)
}

/// The address of a server that sends back what it gets.
fn echo() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                io::copy(&mut &stream, &mut &stream)?;
                stream.shutdown(Shutdown::Write)
            });
        }
    });
    Ok(address.to_string())
}

fn read_app(program: &Path) -> Result<(), String> {
    let output = output(Command::new(program))?;
    let expected = "URL: Response from URL, File: Contents of file\n";
    if output == expected {
        Ok(())
    } else {
        Err(format!("printed {output:?}"))
    }
}

/// Files in their order, one that is missing, and Ctrl-C while one has no end.
fn count_files(program: &Path, folder: &Path) -> Result<(), String> {
    let home = folder.with_extension("files");
    let _ = fs::remove_dir_all(&home);
    let text = |error: io::Error| error.to_string();
    fs::create_dir_all(&home).map_err(text)?;
    fs::write(home.join("a"), "one two\nthree\n").map_err(text)?;
    fs::write(home.join("b"), "four").map_err(text)?;
    let start = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.current_dir(&home).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).spawn().map_err(text)
    };
    let ended = start(&["a", "missing", "b"])?.wait_with_output();
    let ended = ended.map_err(text)?;
    let results = "2\t3\t14\ta\n0\t1\t4\tb\n2\t4\t18\ttotal\n";
    expect("stdout", &String::from_utf8_lossy(&ended.stdout), results)?;
    let errors = String::from_utf8_lossy(&ended.stderr);
    expect("stderr", &errors, "error: missing: ")?;
    if !errors.ends_with("\nerror: 1 of 3 failed\n") {
        return Err(format!("the errors are {errors:?}"));
    }
    expect_code(ended.status, 1)?;

    let endless = home.join("endless");
    let made = Command::new("mkfifo").arg(&endless).status();
    expect_code(made.map_err(text)?, 0)?;
    // Whoever writes too keeps it from ending.
    let writer = fs::File::options().read(true).write(true).open(&endless);
    let mut program = start(&["--jobs", "1", "--grace", "0.1", "a", "endless", "b"])?;
    let mut line = String::new();
    let stdout = program.stdout.take().ok_or("no standard output")?;
    BufReader::new(stdout).read_line(&mut line).map_err(text)?;
    expect("the first file", &line, "2\t3\t14\ta\n")?;
    let ended = end_by(&mut program, "-INT")?;
    drop(writer.map_err(text)?);
    let mut errors = String::new();
    let mut stderr = program.stderr.take().ok_or("no standard error")?;
    stderr.read_to_string(&mut errors).map_err(text)?;
    let summary = "interrupted: 1 of 3 counted, 0 failed, 1 cut off, 1 not begun\n";
    if !errors.ends_with(summary) {
        return Err(format!("after Ctrl-C it said {errors:?}"));
    }
    expect_code(ended, 130)
}

/// Jobs that are done, tried again, given up, and finished although SIGTERM came in the middle.
fn bring_jobs(program: &Path, folder: &Path) -> Result<(), String> {
    let spool = folder.with_extension("spool");
    let _ = fs::remove_dir_all(&spool);
    let text = |error: io::Error| error.to_string();
    fs::create_dir_all(spool.join("new")).map_err(text)?;
    let bring = |name: &str, job: &str| {
        let whole = spool.join(name);
        fs::write(&whole, job)?;
        fs::rename(whole, spool.join("new").join(name))
    };
    let mut worker = Worker::start(program, &spool)?;
    bring("ada", r#"{"do": "greet", "name": "Ada"}"#).map_err(text)?;
    worker.wait_for("done: hello, Ada")?;
    bring("shaky", r#"{"do": "fail", "times": 2}"#).map_err(text)?;
    worker.wait_for("to be tried again: attempt 1 fails")?;
    worker.wait_for("to be tried again: attempt 2 fails")?;
    worker.wait_for("done: attempt 3 went well")?;
    bring("buggy", r#"{"do": "panic"}"#).map_err(text)?;
    worker.wait_for("given up: panicked")?;
    wait_for_file(&spool.join("dead/buggy"))?;

    bring("slow", r#"{"do": "wait", "millis": 500}"#).map_err(text)?;
    wait_for_file(&spool.join("work/1/slow"))?;
    let ended = end_by(&mut worker.child, "-TERM")?;
    worker.wait_for("draining")?;
    worker.wait_for("done: waited 500 ms")?;
    expect_code(ended, 0)
}

fn wait_for_file(path: &Path) -> Result<(), String> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if path.exists() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err(format!("{} does not come", path.display()))
}

/// A worker, killed when the test is over.
struct Worker {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Worker {
    fn start(program: &Path, spool: &Path) -> Result<Self, String> {
        let mut child = Command::new(program)
            .args(["--poll-interval", "0.02", "--backoff", "0.02"])
            .arg("--spool")
            .arg(spool)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let log = child.stderr.take().ok_or("no standard error")?;
        let log = BufReader::new(log);
        Ok(Self { child, log })
    }

    /// Reads the log up to a line with this in it.
    fn wait_for(&mut self, text: &str) -> Result<(), String> {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let read = self.log.read_line(&mut line);
            if read.map_err(|error| error.to_string())? == 0 {
                return Err(format!("the log ended without {text:?}"));
            }
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn checksum(program: &Path, folder: &Path) -> Result<(), String> {
    let known = scratch(folder, "known.txt", b"123456789").map_err(|error| error.to_string())?;
    let large: Vec<u8> = (0..5_000_003_u32)
        .map(|index| (index % 251) as u8)
        .collect();
    let large = scratch(folder, "large.bin", &large).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args([&known, &large]);
    let output = output(command)?;
    let lines: Vec<Vec<&str>> = output
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let right = matches!(
        lines.as_slice(),
        [first, second] if first[0] == CHECK_VALUE && first[1] == "9" && second[1] == "5000003"
    );
    if right {
        Ok(())
    } else {
        Err(format!("printed {output:?}"))
    }
}

/// A file for the program to read, outside the generated project.
fn scratch(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let path = folder.with_extension(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

fn run_examples(folder: &Path) -> Result<(), String> {
    let examples = fs::read_dir(folder.join("examples")).map_err(|error| error.to_string())?;
    let mut ran = 0;
    for example in examples {
        let path = example.map_err(|error| error.to_string())?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let said = projects::cargo(folder, &format!("run --example {name}"))?;
        let greeting = name.replace("on_", "hello from ");
        if !said.lines().any(|line| line == greeting) {
            return Err(format!("`{name}` does not say `{greeting}`: {said}"));
        }
        ran += 1;
    }
    if ran == 0 {
        Err("the library has no example".to_owned())
    } else {
        Ok(())
    }
}

fn output(mut command: Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("ended with {}: {said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
