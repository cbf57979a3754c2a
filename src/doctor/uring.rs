//! What `io_uring` needs: a kernel that is new enough, and leave to set up rings of the size used.
//!
//! Four gates stand before it: the kernel, a sysctl, the process's seccomp filter and the limit on
//! locked memory. Only setting up the rings tells whether all are open; the error tells which is not.

use std::fs;
use std::io;
use std::thread;

use super::{Check, Finding, whom};
use crate::blueprint::Blueprint;

/// How an engine uses `io_uring`.
#[derive(Debug)]
struct Ring {
    engine: &'static str,
    /// How many entries each of its rings has.
    entries: u32,
    /// The oldest kernel.
    kernel: &'static [u64; 2],
    /// Whether it goes on without `io_uring`.
    falls_back: bool,
    /// The kinds whose programs have a ring for each processor, and one more that accepts.
    per_processor: &'static [&'static str],
}

/// Every engine. Entries are the default of compio-driver 0.12 (`ProactorBuilder::new`), of monoio 0.2
/// (`IoUringDriver::DEFAULT_ENTRIES`) and of tokio-uring 0.5 (`builder`). The kernels: compio waits with
/// `IORING_FEAT_EXT_ARG`, new in 5.11; monoio's README names 5.6; tokio-uring's README says that 5.4 does not
/// work and 5.11 does.
const RINGS: &[Ring] = &[
    Ring {
        engine: "compio",
        entries: 1024,
        kernel: &[5, 11],
        falls_back: true,
        per_processor: &["tcp", "proxy"],
    },
    Ring {
        engine: "monoio",
        entries: 1024,
        kernel: &[5, 6],
        falls_back: true,
        per_processor: &["tcp"],
    },
    Ring {
        engine: "tokio-uring",
        entries: 256,
        kernel: &[5, 11],
        falls_back: false,
        per_processor: &[],
    },
];

/// The kernel that brought the system calls.
const FIRST: [u64; 2] = [5, 1];

/// What the system says about the gates, as text; nothing where it says nothing.
#[derive(Clone, Debug, Default)]
struct Gates {
    kernel: Option<String>,
    sysctl: Option<String>,
    status: Option<String>,
    limits: Option<String>,
}

impl Gates {
    fn look() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        Self {
            kernel: read("/proc/sys/kernel/osrelease"),
            sysctl: read("/proc/sys/kernel/io_uring_disabled"),
            status: read("/proc/self/status"),
            limits: read("/proc/self/limits"),
        }
    }

    /// The kernel's release: two numbers, and as it is written.
    fn kernel(&self) -> Option<([u64; 2], &str)> {
        let release = self.kernel.as_deref()?.trim();
        let mut numbers = release.split(|c: char| !c.is_ascii_digit());
        let mut number = || numbers.next()?.parse().ok();
        Some(([number()?, number()?], release))
    }

    /// The value of the sysctl `kernel.io_uring_disabled`; kernels before 6.6 have none.
    fn disabled(&self) -> u8 {
        let value = self.sysctl.as_deref();
        value.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// Whether a seccomp filter stands over this process.
    fn filtered(&self) -> bool {
        let status = self.status.as_deref().unwrap_or_default();
        let mode = status
            .lines()
            .find_map(|line| line.strip_prefix("Seccomp:"));
        mode.is_some_and(|mode| mode.trim() == "2")
    }

    /// How many bytes may be locked; nothing where there is no limit.
    fn lockable(&self) -> Option<u64> {
        let limits = self.limits.as_deref()?;
        let row = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max locked memory"));
        row?.split_whitespace().next()?.parse().ok()
    }
}

/// Everything that the engines of these projects need; nothing where they have none.
pub(super) fn checks(projects: &[&Blueprint]) -> Vec<Check> {
    let gates = Gates::look();
    let mut checks = Vec::new();
    for ring in RINGS {
        let with: Vec<&&Blueprint> = projects
            .iter()
            .filter(|project| whom(project) == ring.engine)
            .collect();
        if with.is_empty() {
            continue;
        }
        if !cfg!(target_os = "linux") {
            checks.push(Check::new("io-uring", ring.engine, elsewhere(ring)));
            continue;
        }
        let count = with
            .iter()
            .map(|project| rings(ring, project.kind.id))
            .max()
            .unwrap_or(1);
        let finding = available(ring, count, &set_up(count, ring.entries), &gates);
        checks.push(Check::new("kernel", ring.engine, kernel(ring, &gates)));
        checks.push(Check::new("io-uring", ring.engine, finding));
    }
    checks
}

/// How many rings a program of that kind has.
fn rings(ring: &Ring, kind: &str) -> usize {
    if !ring.per_processor.contains(&kind) {
        return 1;
    }
    thread::available_parallelism().map_or(1, usize::from) + 1
}

/// Sets up so many rings at once, and lets go of them; whether it could try.
#[cfg(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64",
        target_arch = "powerpc64"
    )
))]
fn set_up(count: usize, entries: u32) -> io::Result<bool> {
    let rings: io::Result<Vec<io_uring::IoUring>> = (0..count)
        .map(|_| io_uring::IoUring::new(entries))
        .collect();
    rings.map(|_| true)
}

#[cfg(not(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64",
        target_arch = "powerpc64"
    )
)))]
#[allow(clippy::unnecessary_wraps, reason = "it can fail where it can try")]
fn set_up(_count: usize, _entries: u32) -> io::Result<bool> {
    Ok(false)
}

fn elsewhere(ring: &Ring) -> Finding {
    Finding::failed(
        "io_uring is a part of Linux only".to_owned() + without(ring),
        "run it on Linux",
    )
    .unless(ring.falls_back)
}

/// What becomes of a program that may not use `io_uring`.
fn without(ring: &Ring) -> &'static str {
    if ring.falls_back {
        "; the program falls back to polling"
    } else {
        "; the program has nothing to fall back to"
    }
}

fn kernel(ring: &Ring, gates: &Gates) -> Finding {
    let [major, minor] = ring.kernel;
    let cure = format!("run it on Linux {major}.{minor} or newer");
    let Some((numbers, release)) = gates.kernel() else {
        return Finding::warning(
            format!("which kernel this is, is not known; {major}.{minor} is needed"),
            cure,
        );
    };
    let found = format!("Linux {release}; {major}.{minor} is needed");
    if numbers >= *ring.kernel {
        return Finding::ok(found);
    }
    Finding::failed(found + without(ring), cure).unless(ring.falls_back)
}

fn available(ring: &Ring, count: usize, outcome: &io::Result<bool>, gates: &Gates) -> Finding {
    let size = match count {
        1 => format!("a ring of {} entries", ring.entries),
        _ => format!("{count} rings of {} entries", ring.entries),
    };
    match outcome {
        Ok(false) => Finding::warning(
            "not checked on this architecture",
            "start the program: its first line says which driver it has",
        ),
        Ok(true) if gates.disabled() == 1 => Finding::warning(
            format!(
                "{size} set up, but kernel.io_uring_disabled = 1 leaves that to the privileged"
            ),
            "run the program as this user too, or `sysctl -w kernel.io_uring_disabled=0`",
        ),
        Ok(true) => Finding::ok(format!("{size} set up")),
        Err(error) => {
            let (reason, cure) = diagnose(error, gates);
            let found = format!(
                "{size} cannot be set up: {error}: {reason}{}",
                without(ring)
            );
            Finding::failed(found, cure).unless(ring.falls_back)
        }
    }
}

/// Which gate is closed, and how it is opened.
fn diagnose(error: &io::Error, gates: &Gates) -> (String, &'static str) {
    let seccomp = "allow io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile \
                   (`--with docker` writes one)";
    match (error.kind(), gates.disabled()) {
        (io::ErrorKind::Unsupported, _) if gates.filtered() && has_system_calls(gates) => (
            "a seccomp filter hides it, or the kernel was built without it".to_owned(),
            seccomp,
        ),
        (io::ErrorKind::Unsupported, _) => (
            "the kernel does not have it".to_owned(),
            "run it on Linux 5.11 or newer, built with CONFIG_IO_URING",
        ),
        (io::ErrorKind::PermissionDenied, disabled @ 2..) => (
            format!("kernel.io_uring_disabled = {disabled} denies it to everyone"),
            "sysctl -w kernel.io_uring_disabled=0",
        ),
        (io::ErrorKind::PermissionDenied, 1) => (
            "kernel.io_uring_disabled = 1 leaves it to CAP_SYS_ADMIN and the group in \
             kernel.io_uring_group"
                .to_owned(),
            "sysctl -w kernel.io_uring_disabled=0",
        ),
        (io::ErrorKind::PermissionDenied, _) if gates.filtered() => (
            "a seccomp filter denies it, as Docker's default profile does".to_owned(),
            seccomp,
        ),
        (io::ErrorKind::PermissionDenied, _) => (
            "a security module denies it, as SELinux and others can".to_owned(),
            "look at the kernel's log (`dmesg`) for what denied it",
        ),
        (io::ErrorKind::OutOfMemory, _) => out_of_memory(gates),
        _ => (
            "none of the usual reasons".to_owned(),
            "run `cargo async-init doctor` again once the system is less busy",
        ),
    }
}

fn out_of_memory(gates: &Gates) -> (String, &'static str) {
    match gates.lockable() {
        Some(bytes) => (
            format!("no more than {} KiB of memory may be locked", bytes / 1024),
            "ulimit -l 8192 (systemd: `LimitMEMLOCK=8M`, Docker: `--ulimit memlock=8388608`)",
        ),
        None => (
            "memory may be locked without limit, so there is too little of it".to_owned(),
            "free some memory",
        ),
    }
}

fn has_system_calls(gates: &Gates) -> bool {
    gates.kernel().is_some_and(|(numbers, _)| numbers >= FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::offers::ENGINES;
    use crate::doctor::Status;

    const LIMITS: &str = "\
Limit                     Soft Limit           Hard Limit           Units     
Max resident set          unlimited            unlimited            bytes     
Max locked memory         65536                8388608              bytes     
";

    fn gates(kernel: &str, sysctl: &str, status: &str) -> Gates {
        Gates {
            kernel: Some(kernel.to_owned()),
            sysctl: Some(sysctl.to_owned()),
            status: Some(status.to_owned()),
            limits: Some(LIMITS.to_owned()),
        }
    }

    fn open() -> Gates {
        gates(
            "6.18.44-fc\n",
            "0\n",
            "Name:\tx\nSeccomp:\t0\nSeccomp_filters:\t0\n",
        )
    }

    fn filtered() -> Gates {
        gates("6.1.0\n", "0\n", "Seccomp:\t2\nSeccomp_filters:\t1\n")
    }

    fn ring(engine: &str) -> &'static Ring {
        let ring = RINGS.iter().find(|ring| ring.engine == engine);
        ring.expect("known")
    }

    #[test]
    fn each_engine_has_its_ring() {
        assert_eq!(RINGS.len(), ENGINES.len());
        for engine in ENGINES {
            assert!(RINGS.iter().any(|ring| ring.engine == engine.id));
        }
    }

    #[test]
    fn what_the_system_says_is_read() {
        let gates = open();
        assert_eq!(gates.kernel(), Some(([6, 18], "6.18.44-fc")));
        assert_eq!(gates.disabled(), 0);
        assert!(!gates.filtered());
        assert!(filtered().filtered());
        assert_eq!(gates.lockable(), Some(65536));
        let unlimited = Gates {
            limits: Some("Max locked memory  unlimited  unlimited  bytes".to_owned()),
            ..open()
        };
        assert_eq!(unlimited.lockable(), None);
    }

    #[test]
    fn a_system_that_says_nothing_is_no_error() {
        let silent = Gates::default();
        assert_eq!(silent.kernel(), None);
        assert_eq!(silent.disabled(), 0);
        assert!(!silent.filtered());
        assert_eq!(silent.lockable(), None);
        assert_eq!(kernel(ring("compio"), &silent).status, Status::Warning);
        for nonsense in ["", "six", "5"] {
            let gates = gates(nonsense, "many", "Seccomp:");
            assert_eq!(gates.kernel(), None, "{nonsense}");
            assert_eq!(gates.disabled(), 0);
        }
    }

    #[test]
    fn an_old_kernel_is_told_from_a_new_one() {
        let of = |engine, release| kernel(ring(engine), &gates(release, "0", "")).status;
        assert_eq!(of("compio", "5.11.0"), Status::Ok);
        assert_eq!(of("tokio-uring", "6.1.0-13-amd64"), Status::Ok);
        assert_eq!(of("compio", "5.10.0"), Status::Warning);
        assert_eq!(of("tokio-uring", "5.4.0-42-generic"), Status::Failed);
        assert_eq!(of("tokio-uring", "4.19.0"), Status::Failed);
    }

    #[test]
    fn each_closed_gate_has_its_own_reason_and_cure() {
        use io::ErrorKind::{OutOfMemory, PermissionDenied, ResourceBusy, Unsupported};

        let sysctl = |value| gates("6.6.0", value, "Seccomp:\t0");
        let unlimited = Gates {
            limits: None,
            ..open()
        };
        for (kind, gates, reason, cure) in [
            (Unsupported, open(), "kernel does not have it", "5.11"),
            (
                Unsupported,
                filtered(),
                "seccomp filter hides it",
                "seccomp",
            ),
            (
                Unsupported,
                gates("4.19.0", "0", "Seccomp:\t2"),
                "kernel does not",
                "5.11",
            ),
            (
                PermissionDenied,
                sysctl("2\n"),
                "io_uring_disabled = 2",
                "sysctl -w",
            ),
            (
                PermissionDenied,
                sysctl("1\n"),
                "io_uring_disabled = 1",
                "sysctl -w",
            ),
            (
                PermissionDenied,
                filtered(),
                "a seccomp filter denies",
                "seccomp profile",
            ),
            (PermissionDenied, open(), "a security module", "dmesg"),
            (OutOfMemory, open(), "no more than 64 KiB", "ulimit -l"),
            (OutOfMemory, unlimited, "without limit", "free some memory"),
            (ResourceBusy, open(), "none of the usual", "again"),
        ] {
            let (found, way_out) = diagnose(&io::Error::from(kind), &gates);
            assert!(found.contains(reason), "{kind:?}: {found}");
            assert!(way_out.contains(cure), "{kind:?}: {way_out}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_kernel_s_error_numbers_are_known() {
        for (number, reason) in [(1, "seccomp"), (12, "locked"), (38, "seccomp filter hides")] {
            let (found, _) = diagnose(&io::Error::from_raw_os_error(number), &filtered());
            assert!(found.contains(reason), "{number}: {found}");
        }
    }

    #[test]
    fn a_closed_gate_fails_the_engine_that_has_no_fallback() {
        let denied: io::Result<bool> = Err(io::Error::from(io::ErrorKind::PermissionDenied));
        let of = |engine, outcome| available(ring(engine), 1, outcome, &open());
        let finding = of("tokio-uring", &denied);
        assert_eq!(finding.status, Status::Failed);
        assert!(
            finding
                .found
                .contains("a ring of 256 entries cannot be set up")
        );
        let finding = of("compio", &denied);
        assert_eq!(finding.status, Status::Warning);
        assert!(finding.found.contains("falls back to polling"));
        assert_eq!(
            of("compio", &Ok(true)),
            Finding::ok("a ring of 1024 entries set up")
        );
        assert_eq!(of("tokio-uring", &Ok(false)).status, Status::Warning);
        assert_eq!(elsewhere(ring("tokio-uring")).status, Status::Failed);
        assert_eq!(elsewhere(ring("compio")).status, Status::Warning);
    }

    #[test]
    fn what_only_the_privileged_may_is_a_warning() {
        let gates = gates("6.6.0", "1\n", "Seccomp:\t0");
        let finding = available(ring("tokio-uring"), 3, &Ok(true), &gates);
        assert_eq!(finding.status, Status::Warning);
        assert!(finding.found.starts_with("3 rings of 256 entries set up"));
    }

    #[test]
    fn a_server_has_a_ring_for_each_processor() {
        assert_eq!(rings(ring("compio"), "file"), 1);
        assert!(rings(ring("compio"), "tcp") >= 2);
        assert_eq!(rings(ring("tokio-uring"), "tcp"), 1);
    }
}
