//! The cli tier: what scripts depend on. Bad input is refused with a clear error, its exit code and
//! nothing on disk, and the corrected command then works; good input says what it did.

mod sandbox;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;

use sandbox::{PLAIN, Ran, Sandbox, TCP};
use serde_json::Value;

/// A command that is refused, and how it is put right.
struct Case {
    args: Vec<OsString>,
    code: i32,
    corrected: Vec<OsString>,
}

/// A usage error, in a command and in its correction.
fn case(args: &[&str], corrected: &[&str]) -> Case {
    coded(2, args, corrected)
}

/// The same, where `--runtime tokio --kind tcp --vcs none` follows in both.
fn plain(args: &[&str], corrected: &[&str]) -> Case {
    coded(2, &[args, &PLAIN].concat(), &[corrected, &PLAIN].concat())
}

fn coded(code: i32, args: &[&str], corrected: &[&str]) -> Case {
    let owned = |args: &[&str]| args.iter().map(OsString::from).collect();
    Case {
        args: owned(args),
        code,
        corrected: owned(corrected),
    }
}

/// Runs each case in a sandbox of its own and writes down what was said.
fn transcript(cases: &[Case]) -> String {
    transcript_in(cases, |_| {})
}

/// The same, in sandboxes where something is there already.
fn transcript_in(cases: &[Case], prepare: impl Fn(&Sandbox)) -> String {
    let mut text = String::new();
    for case in cases {
        let sandbox = Sandbox::new();
        prepare(&sandbox);
        let ran = refuse(&sandbox, case);
        let _ = write!(
            text,
            "$ cargo async-init {}\n{}",
            shown(&sandbox, &case.args),
            shortened(&ran.stderr)
        );
        let _ = writeln!(
            text,
            "exit {}; then: {}\n",
            case.code,
            shown(&sandbox, &case.corrected)
        );
        sandbox.must(&case.corrected);
    }
    text
}

/// Runs a command that must fail, and change nothing.
fn refuse(sandbox: &Sandbox, case: &Case) -> Ran {
    let before = sandbox.tree();
    let ran = sandbox.run(&case.args);
    let said = format!("{:?}\n{}{}", case.args, ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(case.code), "{said}");
    assert_eq!(sandbox.tree(), before, "it changed something: {said}");
    assert!(ran.stdout.is_empty(), "data for an error: {said}");
    assert!(ran.stderr.starts_with("error: "), "{said}");
    let mut lines = ran.stderr.lines().skip(1);
    assert!(
        lines.all(|line| line.starts_with("help: ") && line.len() > "help: ".len()),
        "{said}"
    );
    assert!(
        !ran.stderr.contains(|c: char| c.is_control() && c != '\n'),
        "{said}"
    );
    ran
}

fn shown(sandbox: &Sandbox, args: &[OsString]) -> String {
    let words = args.iter().map(|arg| {
        let word = sandbox.redact(&arg.to_string_lossy());
        let is_plain = |c: char| c.is_ascii_graphic() && !"\"'\\`{".contains(c);
        if !word.is_empty() && word.chars().all(is_plain) {
            word
        } else {
            format!("{word:?}")
        }
    });
    shortened(&words.collect::<Vec<_>>().join(" "))
}

/// Very long words, cut in the middle.
fn shortened(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.len() {
        0..=100 => word.to_owned(),
        length => format!("{}[{length} bytes]{}", &word[..8], &word[length - 4..]),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn names_that_no_package_can_have() {
    let long = "a".repeat(300);
    let said = transcript(&[
        plain(&["fn"], &["fn-app"]),
        plain(&["gen"], &["gen", "--name", "gen-app"]),
        plain(&["1abc"], &["app-1abc"]),
        plain(&["a\"b"], &["a-b"]),
        plain(&["a b"], &["a b", "--name", "a-b"]),
        plain(&["a\nb"], &["a-b"]),
        plain(&["{{x}}"], &["{{x}}", "--name", "x"]),
        plain(&[""], &["my-app"]),
        plain(&[&long], &[&long[..64]]),
        plain(&["con"], &["con-app"]),
        plain(&["COM1"], &["com1-app"]),
        plain(&["build"], &["build-app"]),
        plain(&["deps"], &["deps-app"]),
        plain(&["core"], &["core-app"]),
        plain(&["test"], &["test-app"]),
        plain(&["tést"], &["test-it"]),
        plain(&["a-"], &["a"]),
        plain(&["_"], &["my-app"]),
        plain(&["MyApp"], &["my-app"]),
        plain(&["x", "--name", "../x"], &["x"]),
        plain(&["x", "--name", ""], &["x"]),
        plain(&["x", "--name=-x"], &["x"]),
        plain(&["x", "--name", "'); drop"], &["x", "--name", "drop"]),
        coded(
            2,
            &[
                "--runtime",
                "mio",
                "--kind",
                "tcp",
                "--vcs",
                "none",
                "--",
                "-x",
            ],
            &["x", "--yes", "--vcs", "none"],
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn a_package_named_like_its_own_dependency() {
    let named = |name| ["--runtime", "mio", "--kind", "tcp", "--vcs", "none", name];
    let library = |name| {
        [
            "--runtime",
            "agnostic",
            "--kind",
            "lib",
            "--vcs",
            "none",
            name,
        ]
    };
    let said = transcript(&[
        case(&named("mio"), &named("my-mio")),
        case(
            &[&named("x")[..], &["--name", "mio"]].concat(),
            &[&named("x")[..], &["--name", "my-mio"]].concat(),
        ),
        case(&library("futures-lite"), &library("my-futures-lite")),
        case(&library("async_channel"), &library("my-channel")),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn unknown_words_and_their_neighbours() {
    let tree = |format| ["tree", "--format", format];
    let said = transcript(&[
        plain(&["hello", "--runtim", "tokio"], &["hello"]),
        plain(&["hello", "--frobnicate"], &["hello"]),
        plain(&["hello", "-z"], &["hello"]),
        case(
            &["hello", "--runtime", "toiko", "--kind", "tcp"],
            &["hello", "--runtime", "tokio", "--kind", "tcp"],
        ),
        case(
            &["hello", "--runtime", "glommio"],
            &["hello", "--runtime", "uring", "--yes"],
        ),
        case(
            &["hello", "--runtime", "tokio", "--kind", "htp"],
            &["hello", "--runtime", "tokio", "--kind", "http"],
        ),
        case(
            &["hello", "--runtime", "uring", "--engine", "tokio-urng"],
            &["hello", "--engine", "tokio-uring", "--yes"],
        ),
        case(
            &["hello", "--runtime", "embassy", "--board", "pic0"],
            &["hello", "--kind", "blinky", "--board", "pico"],
        ),
        case(
            &["hello", "--chip", "pico", "--kind", "blinky"],
            &["hello", "--board", "pico", "--kind", "blinky"],
        ),
        case(
            &["hello", "--board", "RP2040", "--kind", "blinky"],
            &["hello", "--chip", "rp2040", "--kind", "blinky", "--yes"],
        ),
        case(
            &["hello", "--chip", "rp2030"],
            &["hello", "--chip", "rp2040", "--yes"],
        ),
        case(
            &["hello", "--network-server", "maybe"],
            &["hello", "--network-server", "yes", "--yes"],
        ),
        plain(
            &["hello", "--with", "ci,dcker"],
            &["hello", "--with", "ci,docker"],
        ),
        case(
            &["hello", "--vcs", "svn", "--yes"],
            &["hello", "--vcs", "git", "--yes"],
        ),
        plain(
            &["hello", "--message-format", "jsn"],
            &["hello", "--message-format", "json"],
        ),
        plain(
            &["hello", "--color", "sometimes"],
            &["hello", "--color", "never"],
        ),
        case(&["explain", "toiko"], &["explain", "tokio"]),
        case(
            &["compare", "tokio", "smoll"],
            &["compare", "tokio", "smol"],
        ),
        case(&["list", "bords"], &["list", "boards"]),
        case(&["completions", "bsh"], &["completions", "bash"]),
        case(&tree("jsn"), &tree("json")),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn flags_without_a_value_or_out_of_place() {
    let said = transcript(&[
        case(&["hello", "--name"], &["hello", "--yes", "--name", "other"]),
        case(
            &["hello", "--runtime"],
            &["hello", "--yes", "--runtime", "smol"],
        ),
        plain(&["hello", "--with", ""], &["hello", "--with", "ci"]),
        plain(
            &["hello", "--with", "ci,,deny"],
            &["hello", "--with", "ci,deny"],
        ),
        plain(&["hello", "--runtime", "smol"], &["hello"]),
        plain(&["hello", "-q", "-v"], &["hello", "-q"]),
        plain(&["hello", "world"], &["hello"]),
        plain(&["hello", "tree"], &["./tree"]),
        case(&["--dry-run", "tree"], &["tree"]),
        case(&["tree", "hello"], &["tree"]),
        case(&["explain"], &["explain", "mio"]),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn answers_that_do_not_go_together() {
    let said = transcript(&[
        case(
            &["x", "--runtime", "mio", "--kind", "grpc"],
            &["x", "--runtime", "mio", "--kind", "tcp"],
        ),
        case(
            &["x", "--library", "yes", "--runtime", "tokio"],
            &["x", "--library", "yes", "--runtime", "agnostic", "--yes"],
        ),
        case(
            &["x", "--network-server", "yes", "--runtime", "embassy"],
            &["x", "--runtime", "embassy", "--yes"],
        ),
        case(
            &["x", "--network-server", "yes", "--library", "yes"],
            &["x", "--library", "yes", "--yes"],
        ),
        case(
            &["x", "--minimal-deps", "yes", "--embedded", "yes"],
            &["x", "--minimal-deps", "yes", "--yes"],
        ),
        case(
            &["x", "--chip", "rp2040", "--board", "nrf52840-dk"],
            &[
                "x", "--chip", "rp2040", "--board", "pico", "--kind", "blinky",
            ],
        ),
        case(
            &["x", "--board", "nrf52840-dk", "--kind", "ble"],
            &["x", "--board", "xiao-esp32c6", "--kind", "ble"],
        ),
        case(
            &["x", "--chip", "esp32p4", "--kind", "ble"],
            &["x", "--chip", "esp32c6", "--kind", "ble", "--yes"],
        ),
        case(
            &["x", "--board", "esp32c3-devkitm-1", "--kind", "serial"],
            &["x", "--board", "nucleo-f446re", "--kind", "serial"],
        ),
        case(
            &[
                "x",
                "--chip",
                "stm32f411ce",
                "--led",
                "PA2",
                "--led-active",
                "high",
                "--button",
                "none",
                "--kind",
                "serial",
            ],
            &[
                "x",
                "--chip",
                "stm32f411ce",
                "--led",
                "PA5",
                "--led-active",
                "high",
                "--button",
                "none",
                "--kind",
                "serial",
            ],
        ),
        plain(&["x", "--board", "pico"], &["x"]),
        plain(&["x", "--engine", "compio"], &["x"]),
        case(
            &[
                "x",
                "--runtime",
                "embassy",
                "--board",
                "pico",
                "--with",
                "docker",
            ],
            &["x", "--kind", "blinky", "--board", "pico"],
        ),
        case(
            &["x", "--runtime", "uring", "--kind", "http"],
            &[
                "x",
                "--runtime",
                "uring",
                "--kind",
                "file",
                "--engine",
                "compio",
            ],
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn answers_files_that_are_wrong() {
    let good = "[answers]\nruntime = \"tokio\"\nkind = \"tcp\"\n";
    let files: &[(&str, &str)] = &[
        ("an unknown key", "nmae = \"x\"\n"),
        ("an answer outside of its table", "runtime = \"tokio\"\n"),
        ("an unknown answer", "[answers]\nruntme = \"tokio\"\n"),
        (
            "a key that breaks lines",
            "[answers]\n\"ki\\nnd\" = \"tcp\"\n",
        ),
        ("an unknown value", "[answers]\nruntime = \"toiko\"\n"),
        ("a number for a word", "[answers]\nruntime = 1\n"),
        (
            "a word for a list",
            "[answers]\nruntime = \"tokio\"\nwith = \"ci\"\n",
        ),
        (
            "a number in a list",
            "[answers]\nruntime = \"tokio\"\nwith = [\"ci\", 3]\n",
        ),
        ("a word for a table", "answers = \"tokio\"\n"),
        ("tables for a table", "[[answers]]\nruntime = \"tokio\"\n"),
        (
            "a number for the files",
            "files = 3\n[answers]\nruntime = \"tokio\"\n",
        ),
        ("a number for the name", "name = 3\n"),
        (
            "a name that no package can have",
            "name = \"a b\"\n[answers]\nruntime = \"tokio\"\nkind = \"tcp\"\n",
        ),
        (
            "a newer version",
            "tool-version = \"9.0.0\"\n[answers]\nnew-question = \"yes\"\n",
        ),
        ("no version", "tool-version = \"next\"\n"),
        ("a number for the version", "tool-version = 1.0\n"),
        ("an open bracket", "[answers\nruntime = \"tokio\"\n"),
        (
            "the same key twice",
            "[answers]\nruntime = \"tokio\"\nruntime = \"smol\"\n",
        ),
        (
            "answers that contradict each other",
            "[answers]\nruntime = \"mio\"\nkind = \"grpc\"\n",
        ),
    ];
    let mut text = String::new();
    for (what, wrong) in files {
        let sandbox = Sandbox::new();
        let args = ["hello", "--vcs", "none", "--answers", "answers.toml"];
        let case = case(&args, &args);
        sandbox.write("answers.toml", wrong);
        let ran = refuse(&sandbox, &case);
        let _ = writeln!(text, "# {what}\n{wrong}---\n{}", ran.stderr);
        sandbox.write("answers.toml", good);
        sandbox.must(&case.corrected);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_board_in_an_answers_file_is_that_of_the_flags() {
    let pins = ["led", "led-active", "button", "button-active"];
    let told = ["crystal", "program-start"];
    let answers = [&["chip"], &pins[..], &told, &["kind"]].concat();
    let values = [
        "STM32H563ZIT6",
        "PA5",
        "low",
        "PC13",
        "high",
        "24mhz",
        "32k",
        "blinky",
    ];
    let (mut flags, mut file) = (Vec::new(), "[answers]\n".to_owned());
    for (answer, value) in answers.iter().zip(values) {
        flags.push(format!("--{answer}={value}"));
        let _ = writeln!(file, "{answer} = \"{value}\"");
    }
    let by_flags = Sandbox::new();
    let flags = flags.iter().map(String::as_str);
    by_flags.must(
        &["hello", "--vcs", "none", "--yes"]
            .into_iter()
            .chain(flags)
            .collect::<Vec<_>>(),
    );
    let by_file = Sandbox::new();
    by_file.write("board.toml", file);
    by_file.must(&["hello", "--vcs", "none", "--yes", "--answers", "board.toml"]);
    assert_eq!(
        sandbox::below(&by_flags.tree(), "hello"),
        sandbox::below(&by_file.tree(), "hello")
    );
    let lamp = by_file.read("hello/src/board/lamp.rs");
    assert!(lamp.contains("PA5") && lamp.contains("PinState::Low"));
    let clock = by_file.read("hello/src/board/clock.rs");
    assert!(clock.contains("a crystal of 24 MHz"), "{clock}");
    let memory = by_file.read("hello/memory.x");
    assert!(
        memory.contains("ORIGIN = 0x08008000, LENGTH = 2016K"),
        "{memory}"
    );
}

#[test]
fn what_hardware_cannot_have_is_refused_with_its_reason() {
    // Of reasons that have several parts, the one that holds.
    let refused = [
        (
            "--board=pico --with=embedded-test",
            "say `--flasher probe-rs`",
        ),
        (
            "--board=nrf52840-dongle --flasher=probe-rs --with=bootloader",
            "a bootloader that it came with",
        ),
        (
            "--board=pico --flasher=probe-rs --with=bootloader",
            "was tried on STM32 and nRF alone",
        ),
        ("--chip=stm32f030f4 --with=embedded-test", "which take 64K"),
        (
            "--chip=stm32f411ce --kind=usb",
            "`--crystal` says what it has",
        ),
        (
            "--chip=stm32u5a5qi --crystal=16mhz --kind=usb",
            "how to make it of a crystal is not known here",
        ),
        (
            "--chip=stm32f411ce --crystal=48mhz --kind=usb",
            "`--crystal` says what it has",
        ),
        (
            "--chip=stm32g474re --banks=single --with=bootloader",
            "as its option bytes say",
        ),
        (
            "--chip=nrf52840 --flasher=elf2flash",
            "nothing that is known here puts programs onto it in that way",
        ),
        (
            "--chip=nrf52840 --flash-size=16m",
            "its flash is in the chip",
        ),
        (
            "--chip=stm32g474cc --banks=dual --program-start=152k",
            "would not hold a program",
        ),
        (
            "--chip=stm32f103c6 --program-start=64k --kind=serial",
            "would not hold a program",
        ),
        (
            "--chip=stm32f103c8 --program-start=64k",
            "would not hold a program",
        ),
        (
            "--chip=esp32c3 --flasher=probe-rs",
            "its messages take another way out",
        ),
        (
            "--board=pico --flasher=dfu-util",
            "nothing that is known here puts programs onto it in that way",
        ),
    ];
    for (flags, reason) in refused {
        let sandbox = Sandbox::new();
        let args: Vec<&str> = ["hello", "--yes"]
            .into_iter()
            .chain(flags.split(' '))
            .collect();
        let said = refuse(&sandbox, &coded(2, &args, &[])).stderr;
        assert!(said.contains(reason), "{flags}: {said}");
    }
}

#[test]
fn a_board_of_ones_own_is_flashed_as_those_with_its_chip() {
    let sandbox = Sandbox::new();
    for (name, hardware, runner, region) in [
        ("own-pico", "--chip=rp2040", "elf2uf2-rs", ""),
        ("own-pico2", "--chip=rp235xb", "picotool", ""),
        ("own-pill", "--chip=stm32f411ce", "dfu-util", ""),
        (
            "own-dongle",
            "--chip=nrf52840 --program-start=4k",
            "nrfdfu",
            "ORIGIN = 0x00001000, LENGTH = 892K",
        ),
        (
            "own-feather",
            "--chip=nrf52840 --program-start=152k",
            "elf2flash",
            "ORIGIN = 0x00026000, LENGTH = 792K",
        ),
    ] {
        let flasher = format!("--flasher={runner}");
        let mut args = vec![name, "--yes", "--vcs=none", flasher.as_str()];
        args.extend(hardware.split(' '));
        sandbox.must(&args);
        let readme = sandbox.read(&format!("{name}/README.md"));
        assert!(readme.contains(runner), "{name}: {readme}");
        let memory = sandbox.read(&format!("{name}/memory.x"));
        assert!(memory.contains(region), "{name}: {memory}");
    }
}

#[test]
fn a_boards_name_may_be_spelt_as_it_is_printed() {
    let sandbox = Sandbox::new();
    let args = [
        "one",
        "--board=NUCLEO-G474RE",
        "--banks=dual",
        "--yes",
        "--vcs=none",
    ];
    sandbox.must(&args);
    let record = sandbox.read("one/.async-init.toml");
    assert!(record.contains("board = \"nucleo-g474re\""), "{record}");
}

#[test]
fn only_pins_of_the_chip_are_named() {
    let sandbox = Sandbox::new();
    let args = [
        "own",
        "--chip=stm32f411ce",
        "--led=PA5",
        "--button=PA5",
        "--yes",
    ];
    let said = refuse(&sandbox, &coded(2, &args, &[])).stderr;
    assert!(said.contains("PA6 to PA15, PB0"), "{said}");
    assert!(!said.contains("PK0"), "{said}");
    let said = refuse(&sandbox, &coded(3, &["own", "--chip=stm32f411ce"], &[])).stderr;
    assert!(said.contains("--led <none|PIN>"), "{said}");
}

#[test]
fn a_pin_of_the_debugger_is_a_caveat() {
    let sandbox = Sandbox::new();
    let args = [
        "own",
        "--chip=stm32f411ce",
        "--led=PA13",
        "--yes",
        "--vcs=none",
    ];
    let told = sandbox.must(&args).stderr;
    assert!(
        told.contains("PA13 is one of the debugger's two wires"),
        "{told}"
    );
}

#[test]
fn a_probe_that_is_wired_to_a_board_gives_what_a_probe_gives() {
    let sandbox = Sandbox::new();
    let own = ["own", "--board=pico", "--yes", "--vcs=none"];
    let probe = [
        "probe",
        "--board=pico",
        "--flasher=probe-rs",
        "--with=embedded-test",
        "--yes",
        "--vcs=none",
    ];
    sandbox.must(&own);
    sandbox.must(&probe);
    assert!(
        sandbox
            .read("own/.cargo/config.toml")
            .contains("elf2uf2-rs")
    );
    assert!(
        sandbox
            .read("probe/.cargo/config.toml")
            .contains("probe-rs run --chip RP2040")
    );
    assert!(sandbox.read("probe/Cargo.toml").contains("defmt-rtt"));
    assert!(
        sandbox
            .read("probe/README.md")
            .contains("Wire a probe to it")
    );
}

#[test]
fn answers_files_that_cannot_be_read() {
    let sandbox = Sandbox::new();
    sandbox.write("bytes.toml", b"\xff\xfe");
    sandbox.folder("folder.toml");
    let with = |file| ["hello", "--yes", "--answers", file];
    let mut text = String::new();
    for (code, file) in [(5, "missing.toml"), (5, "folder.toml"), (2, "bytes.toml")] {
        text += &refuse(&sandbox, &coded(code, &with(file), &[])).stderr;
    }
    insta::assert_snapshot!(text);
    sandbox.must(&["hello", "--yes"]);
}

#[test]
fn a_flag_that_contradicts_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write("answers.toml", "[answers]\nkind = \"http\"\n");
    let ran = refuse(
        &sandbox,
        &case(
            &["x", "--answers", "answers.toml", "--runtime", "async-std"],
            &[],
        ),
    );
    insta::assert_snapshot!(ran.stderr);
    sandbox.must(&["x", "--answers", "answers.toml", "--runtime", "smol"]);
}

#[test]
fn nobody_to_ask() {
    let said = transcript(&[
        coded(3, &[], &["my-app", "--runtime", "tokio", "--kind", "http"]),
        coded(3, &["--yes"], &["my-app", "--yes"]),
        coded(
            3,
            &["--name", "hello"],
            &["hello", "--runtime", "tokio", "--kind", "http"],
        ),
        coded(
            3,
            &["hello"],
            &["hello", "--runtime", "tokio", "--kind", "http"],
        ),
        coded(3, &["tree/"], &["./tree", "--yes"]),
        coded(
            3,
            &["a b", "--name", "ab", "--no-workspace"],
            &["a b", "--name", "ab", "--yes"],
        ),
        coded(
            3,
            &["hello", "--network-server", "no"],
            &["hello", "--network-server", "no", "--yes"],
        ),
        coded(
            3,
            &["hello", "--runtime", "tokio", "--vcs", "none"],
            &["hello", "--yes", "--vcs", "none"],
        ),
        coded(
            3,
            &["hello", "--runtime", "uring"],
            &[
                "hello",
                "--runtime",
                "uring",
                "--kind",
                "tcp",
                "--engine",
                "compio",
            ],
        ),
        coded(
            3,
            &["hello", "--embedded", "yes"],
            &[
                "hello",
                "--runtime",
                "embassy",
                "--kind",
                "blinky",
                "--board",
                "pico",
            ],
        ),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn the_command_that_an_error_shows_works() {
    for args in [
        &["hello"][..],
        &[],
        &["./tree"],
        &["a b", "--name", "ab"],
        &["h", "--runtime", "uring"],
        &["-n"],
    ] {
        let sandbox = Sandbox::new();
        let ran = sandbox.run(args);
        assert_eq!(ran.code, Some(3));
        let example = ran
            .stderr
            .lines()
            .find_map(|line| line.strip_prefix("help: for example `"));
        let example = example
            .and_then(|line| line.strip_suffix('`'))
            .expect("an example");
        let then = sandbox.shell(example);
        assert_eq!(then.code, Some(0), "{example}\n{}", then.stderr);
    }
}

#[test]
fn something_at_the_destination() {
    let taken = |args: &[&str]| {
        coded(
            4,
            &[args, &PLAIN].concat(),
            &[&["free"][..], &PLAIN].concat(),
        )
    };
    let said = transcript_in(
        &[
            taken(&["file", "--name", "hello"]),
            taken(&["file/below/it"]),
            taken(&["few"]),
            taken(&["many"]),
            taken(&["repository"]),
            taken(&["few/.", "--name", "hello"]),
            taken(&["."]),
            taken(&["/"]),
        ],
        |sandbox| {
            sandbox.write("file", "mine");
            sandbox.write("few/b.txt", "mine");
            sandbox.write("few/a.txt", "mine");
            sandbox.write("repository/.git/HEAD", "ref: refs/heads/main\n");
            for number in 10..40 {
                sandbox.write(&format!("many/{number}"), "mine");
            }
        },
    );
    insta::assert_snapshot!(said);
}

/// A project below a manifest that cargo cannot load could not be loaded either.
#[test]
fn an_enclosing_workspace_that_is_broken() {
    let manifests: &[(i32, &str, &str)] = &[
        (2, "not TOML", "[workspace\nmembers = []\n"),
        (5, "not UTF-8", ""),
        (
            2,
            "no package and no workspace",
            "[profile.release]\nlto = true\n",
        ),
        (
            2,
            "a key of the wrong type",
            "[workspace]\nmembers = \"crates/one\"\n",
        ),
        (
            2,
            "a member that is not there",
            "[workspace]\nmembers = [\"crates/gone\"]\n",
        ),
        (
            2,
            "a member that is broken",
            "[workspace]\nmembers = [\"half\"]\n",
        ),
        (
            2,
            "a package without a target",
            "[package]\nname = \"root\"\nversion = \"0.1.0\"\n",
        ),
    ];
    let mut text = String::new();
    for (code, what, manifest) in manifests {
        let sandbox = Sandbox::new();
        sandbox.write("half/Cargo.toml", "[package]\nname = \"half\"\n");
        let bytes: &[u8] = if *what == "not UTF-8" {
            b"\xff"
        } else {
            manifest.as_bytes()
        };
        sandbox.write("Cargo.toml", bytes);
        let args = [&["hello"][..], &PLAIN].concat();
        let ran = refuse(&sandbox, &coded(*code, &args, &[]));
        let _ = writeln!(text, "# {what}\n{}", without_cargo_s_words(&ran.stderr));
        // Firmware joins none, so this one does not concern it.
        sandbox.must(&[
            "firmware", "--board", "pico", "--kind", "blinky", "--vcs", "none",
        ]);
        sandbox.must(&[&args[..], &["--no-workspace"]].concat());
        fs::remove_dir_all(sandbox.path().join("hello")).expect("it was written");
        sandbox.write("Cargo.toml", "[workspace]\nresolver = \"3\"\n");
        sandbox.must(&args);
        assert!(sandbox.read("Cargo.toml").contains("\"hello\""));
    }
    insta::assert_snapshot!(text);
}

/// What cargo says differs from release to release.
fn without_cargo_s_words(said: &str) -> String {
    let lines = said
        .lines()
        .map(|line| match line.split_once("nothing below it: ") {
            Some((ours, theirs)) if !theirs.starts_with("line ") => {
                assert!(theirs.contains("Cargo.toml"), "{theirs}");
                format!("{ours}nothing below it: [CARGO]\n")
            }
            _ => format!("{line}\n"),
        });
    lines.collect()
}

#[test]
fn a_name_that_a_member_has_already() {
    let sandbox = Sandbox::new();
    sandbox.write("Cargo.toml", "[workspace]\nresolver = \"3\"\n");
    sandbox.must(&[&["one/hello"][..], &PLAIN].concat());
    let again = case(&[&["two/hello"][..], &PLAIN].concat(), &[]);
    insta::assert_snapshot!(refuse(&sandbox, &again).stderr);
    sandbox.must(&[&["two/hello", "--name", "world"][..], &PLAIN].concat());
}

#[test]
fn an_empty_folder_is_as_good_as_none() {
    let sandbox = Sandbox::new();
    sandbox.must(&[&["absent"][..], &PLAIN].concat());
    sandbox.folder("empty");
    sandbox.must(&[&["empty", "--name", "absent"][..], &PLAIN].concat());
    assert_eq!(
        sandbox::below(&sandbox.tree(), "empty"),
        sandbox::below(&sandbox.tree(), "absent")
    );
    sandbox.folder("here");
    let ran = sandbox.run_in("here", &[&["."][..], &PLAIN].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("Next cd [LAB]/here"), "{}", ran.stderr);
    assert!(sandbox.read("here/Cargo.toml").contains("name = \"here\""));
}

#[test]
fn missing_parents_are_made() {
    let sandbox = Sandbox::new();
    let ran = sandbox.must(&[&["a/b/../c/hello"][..], &PLAIN].concat());
    assert!(
        ran.stderr.contains("Next cd a/b/../c/hello"),
        "{}",
        ran.stderr
    );
    assert!(sandbox.path().join("a/b/../c/hello/Cargo.toml").exists());
}

/// Paths that only this family of systems has.
#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links() {
        let taken = |path| {
            coded(
                4,
                &[&[path][..], &PLAIN].concat(),
                &[&["to-empty"][..], &PLAIN].concat(),
            )
        };
        let said = transcript_in(
            &[taken("to-nothing"), taken("to-full"), taken("to-file")],
            |sandbox| {
                sandbox.write("full/mine", "");
                sandbox.folder("empty");
                for target in ["nothing", "full", "full/mine", "empty"] {
                    let name = target
                        .rsplit('/')
                        .next()
                        .unwrap_or_default()
                        .replace("mine", "file");
                    symlink(
                        sandbox.path().join(target),
                        sandbox.path().join(format!("to-{name}")),
                    )
                    .expect("a link");
                }
            },
        );
        insta::assert_snapshot!(said);
    }

    #[test]
    fn a_path_that_is_not_utf_8() {
        let sandbox = Sandbox::new();
        let path = OsString::from_vec(b"a\xffb".to_vec());
        let plain = PLAIN.map(OsString::from);
        let with = |args: &[OsString]| Case {
            args: [args, &plain].concat(),
            code: 2,
            corrected: Vec::new(),
        };
        let as_path = refuse(&sandbox, &with(std::slice::from_ref(&path))).stderr;
        let as_name = refuse(
            &sandbox,
            &with(&["x".into(), "--name".into(), path.clone()]),
        )
        .stderr;
        fs::create_dir(sandbox.path().join(&path)).expect("such a folder");
        let inside = sandbox.run_in(&path, &[&["x"][..], &PLAIN].concat());
        assert_eq!(inside.code, Some(2));
        insta::assert_snapshot!(as_path + &as_name + &inside.stderr);
        sandbox.must(&[&["a-b"][..], &PLAIN].concat());
    }

    #[test]
    fn a_path_that_is_too_long() {
        let part = "a".repeat(300);
        let whole = format!("{}hello", "deep/".repeat(2000));
        let long = |path: &str| {
            let args: Vec<&str> = [&[path, "--name", "hello"][..], &PLAIN].concat();
            coded(5, &args, &[&["hello"][..], &PLAIN].concat())
        };
        let said = transcript(&[long(&part), long(&whole)]);
        insta::assert_snapshot!(said);
    }

    /// Permissions do not bind root, so there it runs without the power to pass them by.
    #[test]
    fn a_folder_that_may_not_be_written_to() {
        let sandbox = Sandbox::new();
        let closed = sandbox.folder("closed");
        let allow = |mode| {
            fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).expect("it is ours");
        };
        let bound = |path: &str| {
            let args = [&["async-init", path][..], &PLAIN].concat();
            let mut command = if nix::unistd::geteuid().is_root() {
                let mut command = sandbox.program("setpriv");
                command.args([
                    "--inh-caps=-dac_override",
                    "--bounding-set=-dac_override",
                    sandbox::BINARY,
                ]);
                command
            } else {
                sandbox.program(sandbox::BINARY)
            };
            command.args(args);
            sandbox.finish(command)
        };
        let mut said = String::new();
        allow(0o555);
        for path in ["closed/hello", "closed/a/b/hello"] {
            let before = sandbox.tree();
            let ran = bound(path);
            assert_eq!(
                (ran.code, sandbox.tree()),
                (Some(5), before),
                "{}",
                ran.stderr
            );
            said += &ran.stderr;
        }
        allow(0o000);
        let ran = bound("closed/hello");
        assert_eq!(ran.code, Some(5), "{}", ran.stderr);
        said += &ran.stderr;
        insta::assert_snapshot!(said);
        allow(0o755);
        assert_eq!(bound("closed/hello").code, Some(0));
    }

    /// In a mount namespace of its own, on a file system that is full, then on one that is not.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_space_left() {
        let sandbox = Sandbox::new();
        sandbox.folder("disk");
        let script = r#"
            mount -t tmpfs -o size=8k none disk && cd disk || exit 99
            "$0" async-init hello "$@"; code=$?
            ls -A
            mount -o remount,size=1m . || exit 99
            "$0" async-init hello "$@" >&2 || exit 98
            exit $code"#;
        let mut command = sandbox.program("unshare");
        command
            .args([
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                script,
                sandbox::BINARY,
            ])
            .args(PLAIN);
        let ran = sandbox.finish(command);
        assert_eq!(
            ran.code,
            Some(5),
            "unprivileged namespaces are needed: {}",
            ran.stderr
        );
        assert_eq!(ran.stdout, "", "it left something");
        let error: Vec<&str> = ran.stderr.lines().take(1).collect();
        assert!(
            error[0].starts_with("error: cannot ") && error[0].contains("`[LAB]/disk/"),
            "{error:?}"
        );
        assert!(error[0].contains("No space left on device"), "{error:?}");
    }

    #[test]
    fn a_working_folder_that_is_gone() {
        let sandbox = Sandbox::new();
        let ran =
            sandbox.shell("mkdir gone && cd gone && rmdir ../gone && cargo async-init x --yes");
        assert_eq!(ran.code, Some(5));
        insta::assert_snapshot!(ran.stderr);
    }

    #[test]
    fn closed_output_is_no_reason_to_panic() {
        let sandbox = Sandbox::new();
        let plain = PLAIN.join(" ");
        for (number, redirection) in [
            "1>&-",
            "2>&-",
            "1>&- 2>&-",
            "0<&- 1>&- 2>&-",
            "| true",
            "2>&1 | true",
        ]
        .iter()
        .enumerate()
        {
            let ran = sandbox.shell(&format!(
                "cargo async-init p{number} {plain} --message-format json {redirection}"
            ));
            assert_eq!(ran.code, Some(0), "{redirection}: {}", ran.stderr);
            assert!(
                !ran.stderr.contains("panicked"),
                "{redirection}: {}",
                ran.stderr
            );
        }
        let paths: Vec<_> = fs::read_dir(sandbox.path()).expect("the sandbox").collect();
        assert_eq!(paths.len(), 6, "each wrote its project");
        for redirection in ["1>&-", "| true", "1>/dev/full", "2>/dev/full"] {
            for command in [
                "schema",
                "tree",
                "compare",
                "list boards",
                "man",
                "completions zsh",
                "--help",
                "x --kind nothing",
            ] {
                let ran = sandbox.shell(&format!("cargo async-init {command} {redirection}"));
                assert!(
                    ran.code.is_some_and(|code| code <= 5),
                    "{command} {redirection}: {ran:?}"
                );
                assert!(
                    !ran.stderr.contains("panicked"),
                    "{command} {redirection}: {}",
                    ran.stderr
                );
            }
        }
    }
}

#[test]
fn colours_that_the_environment_asks_for_and_nobody_knows() {
    let sandbox = Sandbox::new();
    let coloured = |value: &str| {
        let mut command = sandbox.command(&[&["hello"][..], &PLAIN].concat());
        command.env("CARGO_TERM_COLOR", value);
        sandbox.finish(command)
    };
    let refused = coloured("sometimes");
    assert_eq!(refused.code, Some(2));
    insta::assert_snapshot!(refused.stderr);
    let always = coloured("always");
    assert_eq!(always.code, Some(0));
    assert!(always.stderr.contains("\u{1b}[1m"), "{}", always.stderr);
}

#[test]
fn a_path_with_quotes_braces_and_spaces() {
    let sandbox = Sandbox::new();
    let path = "it's {{name}} & \"more\" $HOME";
    let ran = sandbox.must(&[&[path, "--name", "hello"][..], &PLAIN].concat());
    let first = sandbox.tree();
    fs::rename(sandbox.path().join(path), sandbox.store().join("first")).expect("moved away");
    let again = sandbox.shell(ran.again());
    assert_eq!(again.code, Some(0), "{}\n{}", ran.again(), again.stderr);
    assert_eq!(sandbox.tree(), first);
}

#[test]
fn again_makes_the_same_project() {
    let cases: &[&[&str]] = &[
        &["hello", "--yes"],
        &["./tree", "--runtime", "tokio", "--kind", "tcp"],
        &[
            "hello",
            "--runtime",
            "mio",
            "--kind",
            "tcp",
            "--vcs",
            "none",
            "--name",
            "other",
        ],
        &[
            "deep/down/hello",
            "--network-server",
            "no",
            "--no-workspace",
            "-y",
        ],
        &[
            "hello",
            "--embedded",
            "yes",
            "--chip",
            "nrf52833",
            "-y",
            "--vcs",
            "git",
        ],
        &[
            "hello",
            "--runtime",
            "smol",
            "--kind",
            "tcp",
            "--with",
            "deny",
            "--with",
            "ci",
        ],
        &[
            "--runtime",
            "mio",
            "--kind",
            "tcp",
            "--name=x-1",
            "--",
            "-x",
        ],
    ];
    for args in cases {
        let (first, second) = (Sandbox::new(), Sandbox::new());
        let ran = first.must(args);
        let again = second.shell(ran.again());
        assert_eq!(again.code, Some(0), "{}\n{}", ran.again(), again.stderr);
        assert_eq!(again.stderr, ran.stderr);
        assert!(first.tree() == second.tree(), "{}", ran.again());
    }
}

#[test]
fn a_command_s_name_is_a_project_s_name_too() {
    let sandbox = Sandbox::new();
    sandbox.must(&[&["./tree"][..], &PLAIN].concat());
    assert!(sandbox.read("tree/Cargo.toml").contains("name = \"tree\""));
    assert!(
        sandbox
            .must(&["tree"])
            .stdout
            .contains("Building a network server?")
    );
}

#[test]
fn json_for_what_was_written() {
    let sandbox = Sandbox::new();
    let ran = sandbox.must(
        &[
            &["hello", "--with", "ci", "--message-format", "json"][..],
            &PLAIN,
        ]
        .concat(),
    );
    assert_eq!(ran.stderr, "");
    let object = parsed(&ran);
    // Keys are only ever added.
    assert_eq!(
        KEYS.into_iter().find(|key| !keys(&object).contains(key)),
        None
    );
    let is = |key: &str, value: &str| assert_eq!(object[key], value, "{key}");
    is("package", "hello");
    is("path", &sandbox.path().join("hello").display().to_string());
    is("runtime", "tokio");
    is("kind", "tcp");
    assert_eq!(
        object["answers"],
        serde_json::json!({"runtime": "tokio", "kind": "tcp", "with": ["ci"]})
    );
    assert_eq!(object["written"], true);
    assert_eq!(object["workspace"], Value::Null);
    is(
        "command",
        "cargo async-init hello --runtime tokio --kind tcp --with ci --vcs none",
    );
    assert_eq!(object["next_steps"][0], "cd hello");
    for list in ["reasons", "caveats"] {
        assert!(
            object[list]
                .as_array()
                .is_some_and(|texts| texts.iter().all(Value::is_string)),
            "{list}"
        );
    }
    assert_eq!(listed(&object), on_disk(&sandbox, "hello"));
}

const KEYS: [&str; 12] = [
    "package",
    "path",
    "runtime",
    "kind",
    "answers",
    "reasons",
    "caveats",
    "files",
    "workspace",
    "command",
    "next_steps",
    "written",
];

fn parsed(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// Path, bytes and executable, as the object lists them.
fn listed(object: &Value) -> Vec<(String, usize, bool)> {
    let files = object["files"].as_array().expect("files");
    let file = |file: &Value| {
        assert_eq!(keys(file), ["path", "bytes", "executable"]);
        Some((
            file["path"].as_str()?.to_owned(),
            file["bytes"].as_u64()?.try_into().ok()?,
            file["executable"].as_bool()?,
        ))
    };
    files
        .iter()
        .map(|each| file(each).expect("a file"))
        .collect()
}

/// The same of the files in a folder.
fn on_disk(sandbox: &Sandbox, folder: &str) -> Vec<(String, usize, bool)> {
    let mut files: Vec<(String, usize, bool)> = sandbox::below(&sandbox.tree(), folder)
        .into_iter()
        .filter_map(|(path, (mode, bytes))| {
            Some((path.to_str()?.to_owned(), bytes?.len(), mode & 0o111 != 0))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_dry_run_is_what_is_then_written() {
    for args in [
        &TCP[..],
        &["--embedded", "yes", "-y"],
        &["-y", "--with", "ci,docker,deny"],
    ] {
        let sandbox = Sandbox::new();
        let args = [&["hello", "--vcs", "none"], args].concat();
        let planned = sandbox.must(&[&args[..], &["--dry-run", "--message-format=json"]].concat());
        let said = sandbox.must(&[&args[..], &["-n"]].concat());
        assert!(
            sandbox.tree().is_empty(),
            "a dry run wrote:\n{}",
            sandbox::paths(&sandbox.tree())
        );
        let written = sandbox.must(&[&args[..], &["--message-format=json"]].concat());
        let (mut planned, written) = (parsed(&planned), parsed(&written));
        assert_eq!(planned["written"], false);
        planned["written"] = Value::Bool(true);
        assert_eq!(planned, written);
        assert_eq!(listed(&written), on_disk(&sandbox, "hello"));
        let lines: Vec<String> = listed(&written)
            .iter()
            .map(|(path, bytes, _)| format!("{bytes:>8}  {path}"))
            .collect();
        assert_eq!(said.stdout.lines().collect::<Vec<_>>(), lines);
    }
}

#[test]
fn a_dry_run_refuses_what_a_run_refuses() {
    let sandbox = Sandbox::new();
    sandbox.write("full/mine", "");
    refuse(
        &sandbox,
        &coded(4, &[&["full", "-n"][..], &PLAIN].concat(), &[]),
    );
    refuse(
        &sandbox,
        &coded(
            2,
            &[&["mio", "-n", "--runtime", "mio", "--kind", "tcp"][..]].concat(),
            &[],
        ),
    );
    refuse(&sandbox, &coded(3, &["hello", "-n"], &[]));
}

#[test]
fn json_for_failures() {
    let cases: &[(u8, &[&str])] = &[
        (2, &["fn", "--yes", "--message-format=json"]),
        (2, &["hello", "--kind", "htp", "--message-format", "json"]),
        (2, &["hello", "--message-format=json", "--nonsense"]),
        (3, &["hello", "--runtime", "uring", "--message-format=json"]),
        (4, &["full", "--yes", "--message-format=json"]),
        (
            5,
            &["hello", "--answers", "nowhere", "--message-format=json"],
        ),
    ];
    let mut text = String::new();
    for (code, args) in cases {
        let sandbox = Sandbox::new();
        sandbox.write("full/mine", "");
        let before = sandbox.tree();
        let ran = sandbox.run(args);
        assert_eq!(
            (ran.code, sandbox.tree()),
            (Some((*code).into()), before),
            "{}",
            ran.stderr
        );
        let object = parsed(&ran);
        assert_eq!(keys(&object), ["error"]);
        assert_eq!(object["error"]["code"], *code);
        assert!(
            ran.stderr.starts_with("error: "),
            "people read it too: {}",
            ran.stderr
        );
        let _ = writeln!(
            text,
            "$ cargo async-init {}\n{}",
            args.join(" "),
            sandbox.redact(&ran.stdout)
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_project_s_record_makes_it_again() {
    let cases: &[&[&str]] = &[
        &["hello", "--yes"],
        &[
            "hello",
            "--runtime",
            "mio",
            "--kind",
            "tcp",
            "--name",
            "other",
            "--vcs",
            "none",
        ],
        &[
            "hello",
            "--network-server",
            "no",
            "--embedded",
            "yes",
            "--yes",
        ],
        &[
            "hello",
            "--runtime",
            "uring",
            "--kind",
            "file",
            "--engine",
            "tokio-uring",
            "--with",
            "docker,ci",
        ],
        &[
            "./tree",
            "--runtime",
            "agnostic",
            "--kind",
            "lib",
            "--with",
            "deny",
        ],
    ];
    for args in cases {
        let sandbox = Sandbox::new();
        sandbox.must(args);
        let folder = args[0].trim_start_matches("./");
        let record = format!("{folder}/.async-init.toml");
        sandbox.must(&["elsewhere", "--answers", &record]);
        let tree = sandbox.tree();
        let without_repository = |folder| {
            let mut tree = sandbox::below(&tree, folder);
            tree.retain(|path, _| !path.starts_with(".git"));
            tree
        };
        assert!(
            without_repository("elsewhere") == without_repository(folder),
            "{args:?}"
        );
    }
}

#[test]
fn a_record_s_name_is_the_path_where_none_is_given() {
    let sandbox = Sandbox::new();
    sandbox.must(&[&["tree/hello"][..], &PLAIN].concat());
    let ran = sandbox.must(&["--answers", "tree/hello/.async-init.toml", "--vcs", "none"]);
    assert_eq!(
        sandbox::below(&sandbox.tree(), "hello"),
        sandbox::below(&sandbox.tree(), "tree/hello")
    );
    assert!(
        ran.again().starts_with("cargo async-init hello "),
        "{}",
        ran.again()
    );
}

#[test]
fn a_flag_beats_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "answers.toml",
        "name = \"theirs\"\n[answers]\nruntime = \"tokio\"\nkind = \"tcp\"\nwith = [\"ci\"]\n",
    );
    let with = |args: &[&str]| {
        let fixed = [
            "hello",
            "--answers",
            "answers.toml",
            "--dry-run",
            "--message-format=json",
        ];
        parsed(&sandbox.must(&[&fixed[..], args].concat()))
    };
    let file = with(&[]);
    assert_eq!(
        (&file["package"], &file["runtime"]),
        (&"theirs".into(), &"tokio".into())
    );
    assert_eq!(file["answers"]["with"], serde_json::json!(["ci"]));
    let flags = with(&["--runtime", "mio", "--with", "deny", "--name", "ours"]);
    assert_eq!(
        (&flags["package"], &flags["runtime"]),
        (&"ours".into(), &"mio".into())
    );
    assert_eq!(flags["answers"]["with"], serde_json::json!(["deny"]));
}

#[test]
fn answers_files_as_people_write_them() {
    let files = [
        "[answers]\r\nruntime = \"tokio\"\r\nkind = \"tcp\"\r\n",
        "\u{feff}[answers]\nruntime = \"tokio\"\nkind = \"tcp\"\n",
        "answers = { network-server = true, tokio-ecosystem = true, kind = \"tcp\" }",
        "answers.network-server = \"yes\"\nanswers.tokio-ecosystem = \"yes\"\nanswers.kind = \"tcp\"",
        "tool-version = \"0.1\"\n\n[answers]\nkind = \"tcp\" # comments too\nruntime = \"tokio\"\nwith = []\n",
    ];
    let sandbox = Sandbox::new();
    sandbox.must(&[&["flags/hello"][..], &PLAIN].concat());
    for (number, text) in files.iter().enumerate() {
        sandbox.write("answers.toml", text);
        let path = format!("file{number}/hello");
        sandbox.must(&[&path, "--vcs", "none", "--answers", "answers.toml"]);
        assert_eq!(
            sandbox.read(&format!("{path}/Cargo.toml")),
            sandbox.read("flags/hello/Cargo.toml")
        );
    }
}

#[test]
fn quiet_prints_errors_alone_and_verbose_each_file() {
    let sandbox = Sandbox::new();
    let quiet = sandbox.must(
        &[&[
            "quiet",
            "-q",
            "--runtime",
            "async-std",
            "--kind",
            "tcp",
            "--vcs",
            "none",
        ][..]]
        .concat(),
    );
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    refuse(
        &sandbox,
        &coded(4, &[&["quiet", "-q"][..], &PLAIN].concat(), &[]),
    );
    let verbose = sandbox.must(&[&["verbose", "-v"][..], &PLAIN].concat());
    for (path, _, _) in on_disk(&sandbox, "verbose") {
        assert!(
            verbose.stderr.contains(&format!("       Wrote {path}\n")),
            "{path}: {}",
            verbose.stderr
        );
    }
    let normal = sandbox.must(&[&["normal"][..], &PLAIN].concat());
    assert_eq!(normal.stdout, "");
    insta::assert_snapshot!(normal.stderr);
}

#[test]
fn the_version_and_the_help_go_to_stdout() {
    let sandbox = Sandbox::new();
    let version = sandbox.must(&["--version"]);
    assert_eq!(
        version.stdout,
        format!("cargo async-init {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(sandbox.must(&["-V"]).stdout, version.stdout);
    let help = sandbox.must(&["--help"]);
    assert_eq!(help.stderr, "");
    assert!(!help.stdout.contains('\u{1b}'), "colours for a pipe");
    insta::assert_snapshot!(help.stdout);
    // `help` is clap's own, and takes a command where others take options.
    for command in COMMANDS.into_iter().filter(|command| *command != "help") {
        assert!(
            sandbox
                .must(&[command, "--help"])
                .stdout
                .contains("Usage: cargo async-init"),
            "{command}"
        );
    }
    assert!(sandbox.tree().is_empty());
}

/// As users type it: cargo finds the binary on the path, and passes its name.
#[test]
fn cargo_finds_it() {
    let sandbox = Sandbox::new();
    let folder = std::path::Path::new(sandbox::BINARY)
        .parent()
        .expect("a folder");
    let mut command = sandbox.program("cargo");
    let theirs = command
        .get_envs()
        .find_map(|(key, value)| (key == "PATH").then_some(value?));
    let theirs = theirs.map(std::ffi::OsStr::to_owned).unwrap_or_default();
    let paths = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&theirs));
    command.env("PATH", std::env::join_paths(paths).expect("a path"));
    command.args(["async-init", "hello"]).args(PLAIN);
    let ran = sandbox.finish(command);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(sandbox.path().join("hello/Cargo.toml").exists());
}

/// Also without cargo in front.
#[test]
fn it_runs_by_itself() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.program(sandbox::BINARY);
    command.arg("hello").args(PLAIN);
    assert_eq!(sandbox.finish(command).code, Some(0));
    assert!(sandbox.path().join("hello/Cargo.toml").exists());
}

#[test]
fn a_repository_where_there_is_none_around() {
    let sandbox = Sandbox::new();
    sandbox.must(&[&["alone"][..], &TCP].concat());
    assert!(sandbox.path().join("alone/.git/HEAD").exists());
    sandbox.must(&[&["alone/inside"][..], &TCP].concat());
    assert!(
        !sandbox.path().join("alone/inside/.git").exists(),
        "a repository in a repository"
    );
    sandbox.must(&[&["alone/own", "--vcs", "git"][..], &TCP].concat());
    assert!(sandbox.path().join("alone/own/.git/HEAD").exists());
}

#[test]
fn git_that_is_missing_or_fails() {
    let sandbox = Sandbox::new();
    let bin = sandbox.bin();
    fs::create_dir(&bin).expect("a folder for programs");
    let without_git = || {
        let mut command = sandbox.command(&[&["hello"][..], &TCP].concat());
        command.env("PATH", &bin);
        sandbox.finish(command)
    };
    let missing = without_git();
    assert_eq!(
        (missing.code, sandbox.tree().len()),
        (Some(5), 0),
        "{}",
        missing.stderr
    );
    let mut said = missing.stderr;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let script = "#!/bin/sh\necho half > .git\necho 'fatal: no mood' >&2\nexit 128\n";
        fs::write(bin.join("git"), script).expect("a git");
        fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755))
            .expect("it is ours");
        let failing = without_git();
        assert_eq!(
            (failing.code, sandbox.tree().len()),
            (Some(5), 0),
            "{}",
            failing.stderr
        );
        said += &failing.stderr;
    }
    insta::assert_snapshot!(said);
    sandbox.must(&[&["hello"][..], &PLAIN].concat());
}

#[test]
fn every_exit_code_has_a_meaning() {
    let codes: Vec<u8> = cargo_async_init::failure::Code::MEANINGS
        .iter()
        .map(|(code, _)| *code)
        .collect();
    assert_eq!(codes, [0, 2, 3, 4, 5, 6, 130]);
}

#[test]
fn labs_that_cannot_be() {
    let said = transcript(&[
        case(&["lab"], &["lab", "my-lab"]),
        case(&["lab", "fn"], &["lab", "fn-lab"]),
        case(
            &["lab", "x", "--runtimes", "toki"],
            &["lab", "x", "--runtimes", "tokio"],
        ),
        case(
            &["lab", "x", "--runtimes", "embassy"],
            &["lab", "x", "--runtimes", "tokio,tokio-uring"],
        ),
        case(
            &["lab", "x", "--kind", "http"],
            &["lab", "x", "--kind", "tcp"],
        ),
        case(
            &["lab", "x", "--kind", "app", "--runtimes", "smol,mio"],
            &["lab", "x", "--kind", "app", "--runtimes", "smol"],
        ),
        case(&["lab", "x", "--yes"], &["lab", "x"]),
        case(&["x", "lab"], &["lab", "x"]),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn a_lab_goes_where_nothing_is() {
    let sandbox = Sandbox::new();
    sandbox.write("taken", "mine");
    let ran = sandbox.run(&["lab", "taken"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(sandbox.read("taken"), "mine");
}

#[test]
fn a_lab_says_what_it_is_to_programs_and_makes_itself_again() {
    let sandbox = Sandbox::new();
    let before = sandbox.tree();
    let args = ["lab", "my-lab", "--runtimes", "mio,tokio", "--vcs", "none"];
    let json = ["--message-format", "json"];
    let ran = sandbox.must(&[&args[..], &json, &["--dry-run"]].concat());
    let planned: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(sandbox.tree(), before, "a dry run writes nothing");
    assert_eq!(planned["written"], false);
    assert_eq!(planned["runtimes"], serde_json::json!(["tokio", "mio"]));
    assert_eq!(planned["kind"], "tcp");
    assert_eq!(planned["package"], "my-lab");

    let ran = sandbox.must(&[&args[..], &json].concat());
    let mut written: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(written["written"], true);
    written["written"] = false.into();
    assert_eq!(written, planned);
    for file in written["files"].as_array().expect("files") {
        let path = format!("my-lab/{}", file["path"].as_str().expect("a path"));
        assert_eq!(file["bytes"], sandbox.read(&path).len(), "{path}");
    }

    let command = written["command"].as_str().expect("a command");
    let again = command.replace("my-lab", "other/my-lab");
    let words: Vec<&str> = again.split_whitespace().skip(2).collect();
    sandbox.must(&words);
    let read = |home: &str, path: &str| sandbox.read(&format!("{home}/{path}"));
    for file in written["files"].as_array().expect("files") {
        let path = file["path"].as_str().expect("a path");
        assert_eq!(read("my-lab", path), read("other/my-lab", path), "{path}");
    }

    // It is no project, and says so.
    let ran = sandbox.run(&["x", "--answers", "my-lab/.async-init.toml"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("is of a lab, not of a project"),
        "{}",
        ran.stderr
    );
}

const COMMANDS: [&str; 10] = [
    "lab",
    "tree",
    "explain",
    "compare",
    "list",
    "schema",
    "doctor",
    "completions",
    "man",
    "help",
];

#[test]
fn the_manual_has_every_command_flag_and_exit_code() {
    let sandbox = Sandbox::new();
    let page = sandbox.must(&["man"]).stdout;
    let help = sandbox.must(&["--help"]).stdout;
    let flags = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    let escaped = |word: &str| word.replace('-', "\\-");
    let mut known = 0;
    for flag in flags {
        let flag = escaped(flag.trim_end_matches([',', ']']));
        assert!(page.contains(&flag), "{flag}");
        known += 1;
    }
    assert!(known > 30, "{known}");
    for command in COMMANDS {
        assert!(
            page.contains(&format!(".SS \"cargo async-init {command}\"\n")),
            "{command}"
        );
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
    }
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    assert_eq!(listed.count(), COMMANDS.len(), "{help}");
    for code in [0, 2, 3, 4, 5, 6, 130] {
        assert!(page.contains(&format!("\n.TP\n{code}\n")), "{code}");
    }
    // Pages that nobody writes are not named.
    assert!(!page.contains("(1)"), "{page}");
}

#[test]
fn completions_know_every_command_and_the_values_of_flags() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.must(&["completions", shell]).stdout;
        for word in COMMANDS.into_iter().chain(["no-workspace"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let script = sandbox.must(&["completions", "bash"]).stdout;
    assert!(script.contains("tokio-uring"), "{script}");
    sandbox.write("completions.bash", script);
    let program = "source completions.bash && \
        COMP_WORDS=(cargo-async-init ex) COMP_CWORD=1 && \
        _cargo__async__init cargo-async-init ex cargo-async-init && echo \"${COMPREPLY[@]}\"";
    sandbox.write("ask.bash", program);
    let ran = sandbox.shell("bash ask.bash");
    assert_eq!(ran.stdout.trim(), "explain", "{}", ran.stderr);
}

#[test]
fn help_is_a_command_of_its_own() {
    let sandbox = Sandbox::new();
    let said = sandbox.must(&["help", "lab"]).stdout;
    assert!(said.contains("--runtimes <RUNTIMES>"), "{said}");
    assert_eq!(
        sandbox.must(&["help"]).stdout,
        sandbox.must(&["--help"]).stdout
    );
    sandbox.must(&[
        "./help",
        "--runtime",
        "mio",
        "--kind",
        "tcp",
        "--name",
        "my-help",
        "--vcs",
        "none",
    ]);
}
