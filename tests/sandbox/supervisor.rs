//! Steps through a run system call by system call, and steps in at one of its file operations.
//!
//! The run is a process of its own, stopped before its first instruction, then seized with ptrace:
//! so it does what it does for users, and what comes in between is exactly where a test wants it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::{BINARY, Sandbox};

/// What happens at an operation.
pub enum Act<'a> {
    /// This signal, before the operation; the run goes on once the signal's handler is done, or
    /// waits for a lock.
    Signal(Signal),
    /// This signal, after the operation.
    SignalAfter(Signal),
    /// The operation does nothing and fails with this error.
    Fail(Errno),
    /// The run stands still until this is done.
    Meanwhile(&'a dyn Fn()),
}

/// An act, and the operation at which it comes: the first is 0.
pub type Plan<'p> = [(usize, Act<'p>)];

/// A system call that changes a file or a folder of the sandbox, or starts or awaits a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The system call's name.
    pub call: &'static str,
    /// What it is done to: a path, or nothing where it is about a process.
    pub path: PathBuf,
    /// What came of it, unless the run ended meanwhile.
    pub result: Option<i64>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(Signal),
}

/// A run that is over.
pub struct Watched {
    pub operations: Vec<Operation>,
    pub end: End,
    pub stderr: String,
}

/// Runs the binary in a sandbox under supervision.
pub fn watch(sandbox: &Sandbox, args: &[&str], plan: &Plan<'_>) -> Watched {
    let mut shell = sandbox.program("sh");
    shell
        .args(["-c", r#"kill -STOP $$; exec "$0" async-init "$@""#, BINARY])
        .args(args);
    let (tracee, mut stderr) = start(&mut shell);
    let mut supervisor = Supervisor {
        tracee,
        root: sandbox
            .store()
            .canonicalize()
            .expect("the sandbox's real path"),
        plan,
        operations: Vec::new(),
        threads: BTreeMap::new(),
        exec: false,
        taken: false,
        end: None,
    };
    let end = supervisor.run();
    let mut text = String::new();
    stderr.read_to_string(&mut text).expect("UTF-8");
    let stderr = sandbox.redact(&text);
    Watched {
        operations: supervisor.operations,
        end,
        stderr,
    }
}

/// Starts a shell that stops itself, and seizes it.
#[expect(
    clippy::zombie_processes,
    reason = "the supervisor waits for it, with `waitpid`"
)]
fn start(shell: &mut Command) -> (Pid, impl std::io::Read + use<>) {
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = shell.spawn().expect("a shell");
    let stderr = child.stderr.take().expect("a pipe");
    let tracee = Pid::from_raw(child.id().try_into().expect("a process id"));
    let stopped = waitpid(tracee, Some(WaitPidFlag::WUNTRACED)).expect("it stops");
    assert_eq!(stopped, WaitStatus::Stopped(tracee, Signal::SIGSTOP));
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(tracee, options).expect("ptrace may be used on a child");
    kill(tracee, Signal::SIGCONT).expect("it goes on");
    (tracee, stderr)
}

struct Supervisor<'p> {
    tracee: Pid,
    root: PathBuf,
    plan: &'p Plan<'p>,
    operations: Vec<Operation>,
    /// What each thread is in the middle of.
    threads: BTreeMap<Pid, Option<Pending>>,
    /// Whether the binary has begun.
    exec: bool,
    /// Whether the planned signal was taken by a thread.
    taken: bool,
    end: Option<End>,
}

/// An operation between its entry and its exit.
struct Pending {
    index: usize,
    /// The registers to go back to, where it is made to fail.
    failing: Option<(libc::user_regs_struct, Errno)>,
}

impl<'p> Supervisor<'p> {
    fn run(&mut self) -> End {
        loop {
            if let Some(end) = self.end {
                return end;
            }
            let status = Self::wait(WaitPidFlag::empty());
            self.handle(status);
        }
    }

    /// The next event of this run alone: other threads of the test have runs of their own.
    fn wait(flags: WaitPidFlag) -> WaitStatus {
        waitpid(
            None,
            Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD | flags),
        )
        .expect("a tracee")
    }

    fn handle(&mut self, status: WaitStatus) {
        match status {
            WaitStatus::PtraceSyscall(thread) => self.system_call(thread),
            WaitStatus::PtraceEvent(thread, _, event) => {
                self.exec |= event == libc::PTRACE_EVENT_EXEC;
                self.threads.entry(thread).or_default();
                resume(thread, None);
            }
            WaitStatus::Stopped(thread, signal) => {
                self.taken |= self.plans(signal);
                resume(thread, Some(signal));
            }
            WaitStatus::Exited(process, code) if process == self.tracee => {
                self.end = Some(End::Code(code));
            }
            WaitStatus::Signaled(process, signal, _) if process == self.tracee => {
                self.end = Some(End::Signal(signal));
            }
            WaitStatus::Exited(thread, _) | WaitStatus::Signaled(thread, _, _) => {
                self.threads.remove(&thread);
            }
            WaitStatus::Continued(_) | WaitStatus::StillAlive => {}
        }
    }

    fn plans(&self, signal: Signal) -> bool {
        self.plan
            .iter()
            .any(|(_, act)| matches!(act, Act::Signal(s) | Act::SignalAfter(s) if *s == signal))
    }

    fn system_call(&mut self, thread: Pid) {
        // Gone already if something killed it in between.
        let Ok(info) = ptrace::syscall_info(thread) else {
            return;
        };
        if info.op == libc::PTRACE_SYSCALL_INFO_ENTRY {
            self.enter(thread);
        } else {
            self.leave(thread);
        }
        resume(thread, None);
    }

    fn enter(&mut self, thread: Pid) {
        let Ok(registers) = ptrace::getregs(thread) else {
            return;
        };
        let call = Call { thread, registers };
        let Some((name, path)) = self.exec.then(|| call.operation()).flatten() else {
            return;
        };
        // Processes count from the first change on: the handler's own thread is older.
        let counts = if path.as_os_str().is_empty() {
            !self.operations.is_empty()
        } else {
            path.starts_with(&self.root)
        };
        if !counts {
            return;
        }
        let index = self.operations.len();
        self.operations.push(Operation {
            call: name,
            path,
            result: None,
        });
        let mut pending = Pending {
            index,
            failing: None,
        };
        match self.act(index) {
            Some(Act::Signal(signal)) => self.interrupt(thread, *signal),
            Some(Act::Fail(error)) => {
                pending.failing = Some((registers, *error));
                let _ = ptrace::setregs(thread, machine::crippled(registers));
            }
            Some(Act::Meanwhile(act)) => act(),
            Some(Act::SignalAfter(_)) | None => {}
        }
        self.threads.insert(thread, Some(pending));
    }

    fn leave(&mut self, thread: Pid) {
        let Some(pending) = self.threads.get_mut(&thread).and_then(Option::take) else {
            return;
        };
        if let Some((registers, error)) = pending.failing {
            let _ = ptrace::setregs(thread, machine::failed(registers, error));
        }
        let Ok(registers) = ptrace::getregs(thread) else {
            return;
        };
        self.operations[pending.index].result = Some(machine::result(&registers));
        if let Some(Act::SignalAfter(signal)) = self.act(pending.index) {
            self.interrupt(thread, *signal);
        }
    }

    fn act(&self, index: usize) -> Option<&'p Act<'p>> {
        let planned = self.plan.iter().find(|(at, _)| *at == index);
        planned.map(|(_, act)| act)
    }

    /// Sends a signal while a thread stands still, until the others have done what it makes them do.
    fn interrupt(&mut self, held: Pid, signal: Signal) {
        self.taken = false;
        kill(self.tracee, signal).expect("it lives");
        while self.end.is_none() {
            match Self::wait(WaitPidFlag::WNOHANG) {
                WaitStatus::StillAlive if signal == Signal::SIGKILL => thread::yield_now(),
                WaitStatus::StillAlive => {
                    let mut others = self.threads.keys().filter(|&&thread| thread != held);
                    if self.taken && others.all(|thread| sleeps(*thread)) {
                        return;
                    }
                    thread::yield_now();
                }
                status => self.handle(status),
            }
        }
    }
}

/// Lets a thread run to its next system call; it may be gone already.
fn resume(thread: Pid, signal: Option<Signal>) {
    let _ = ptrace::syscall(thread, signal);
}

/// Whether a thread waits for something, in the kernel.
fn sleeps(thread: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{thread}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().next());
    state == Some("S")
}

/// A system call at its entry.
struct Call {
    thread: Pid,
    registers: libc::user_regs_struct,
}

impl Call {
    /// Its name and the path it is about, if it changes a file or is about a process.
    fn operation(&self) -> Option<(&'static str, PathBuf)> {
        let [a, b, c, d] = machine::arguments(&self.registers);
        let creates = |flags: u64| flags & u64::from(libc::O_CREAT.unsigned_abs()) != 0;
        Some(match machine::number(&self.registers) {
            libc::SYS_openat if creates(c) => ("openat", self.at(a, b)),
            libc::SYS_mkdirat => ("mkdirat", self.at(a, b)),
            libc::SYS_renameat | libc::SYS_renameat2 => ("rename", self.at(c, d)),
            libc::SYS_linkat => ("link", self.at(c, d)),
            libc::SYS_symlinkat => ("symlink", self.at(b, c)),
            libc::SYS_unlinkat => ("unlinkat", self.at(a, b)),
            libc::SYS_fchmodat => ("chmod", self.at(a, b)),
            libc::SYS_fchmod => ("fchmod", self.file(a)),
            libc::SYS_write | libc::SYS_pwrite64 | libc::SYS_writev => ("write", self.file(a)),
            libc::SYS_ftruncate => ("ftruncate", self.file(a)),
            libc::SYS_fsync | libc::SYS_fdatasync => ("fsync", self.file(a)),
            libc::SYS_flock => ("flock", self.file(a)),
            libc::SYS_copy_file_range => ("copy", self.file(c)),
            libc::SYS_clone | libc::SYS_clone3 => ("clone", PathBuf::new()),
            libc::SYS_wait4 | libc::SYS_waitid => ("wait", PathBuf::new()),
            number => {
                return machine::older(number, [a, b]).map(|(name, path)| (name, self.path(path)));
            }
        })
    }

    /// The path that a file descriptor stands for.
    fn file(&self, descriptor: u64) -> PathBuf {
        fs::read_link(format!("/proc/{}/fd/{descriptor}", self.thread)).unwrap_or_default()
    }

    /// A path that may be relative to a folder.
    fn at(&self, folder: u64, path: u64) -> PathBuf {
        let path = self.path(path);
        if path.is_absolute() {
            return path;
        }
        self.file(folder).join(path)
    }

    /// A path in the tracee's memory.
    fn path(&self, address: u64) -> PathBuf {
        let mut bytes = vec![0; 4096];
        let memory = File::open(format!("/proc/{}/mem", self.thread));
        let read = memory
            .and_then(|memory| memory.read_at(&mut bytes, address))
            .unwrap_or(0);
        let text = bytes[..read]
            .split(|&byte| byte == 0)
            .next()
            .unwrap_or_default();
        PathBuf::from(String::from_utf8_lossy(text).into_owned())
    }
}

/// Where this machine's system calls keep their number, arguments and result.
#[cfg(target_arch = "x86_64")]
mod machine {
    use super::{Errno, libc};

    type Registers = libc::user_regs_struct;

    pub fn number(registers: &Registers) -> i64 {
        registers.orig_rax.cast_signed()
    }

    pub fn arguments(registers: &Registers) -> [u64; 4] {
        [registers.rdi, registers.rsi, registers.rdx, registers.r10]
    }

    pub fn result(registers: &Registers) -> i64 {
        registers.rax.cast_signed()
    }

    /// The name and the path of the system calls that younger machines do without.
    pub fn older(number: i64, [first, second]: [u64; 2]) -> Option<(&'static str, u64)> {
        let creates = second & u64::from(libc::O_CREAT.unsigned_abs()) != 0;
        Some(match number {
            libc::SYS_open if creates => ("open", first),
            libc::SYS_creat => ("creat", first),
            libc::SYS_mkdir => ("mkdir", first),
            libc::SYS_rename => ("rename", second),
            libc::SYS_link => ("link", second),
            libc::SYS_symlink => ("symlink", second),
            libc::SYS_unlink => ("unlink", first),
            libc::SYS_rmdir => ("rmdir", first),
            libc::SYS_chmod => ("chmod", first),
            libc::SYS_vfork | libc::SYS_fork => ("clone", 0),
            _ => return None,
        })
    }

    /// No descriptor and no path, so that the system call does nothing.
    pub fn crippled(registers: Registers) -> Registers {
        Registers {
            rdi: u64::MAX,
            rsi: 0,
            ..registers
        }
    }

    /// As it was at the entry, but for the result.
    pub fn failed(registers: Registers, error: Errno) -> Registers {
        Registers {
            rax: i64::from(-(error as i32)).cast_unsigned(),
            ..registers
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    use super::{Errno, libc};

    type Registers = libc::user_regs_struct;

    pub fn number(registers: &Registers) -> i64 {
        registers.regs[8].cast_signed()
    }

    pub fn arguments(registers: &Registers) -> [u64; 4] {
        [
            registers.regs[0],
            registers.regs[1],
            registers.regs[2],
            registers.regs[3],
        ]
    }

    pub fn result(registers: &Registers) -> i64 {
        registers.regs[0].cast_signed()
    }

    pub fn older(_number: i64, _arguments: [u64; 2]) -> Option<(&'static str, u64)> {
        None
    }

    /// No descriptor and no path, so that the system call does nothing.
    pub fn crippled(mut registers: Registers) -> Registers {
        registers.regs[0] = u64::MAX;
        registers.regs[1] = 0;
        registers
    }

    /// As it was at the entry, but for the result.
    pub fn failed(mut registers: Registers, error: Errno) -> Registers {
        registers.regs[0] = i64::from(-(error as i32)).cast_unsigned();
        registers
    }
}
