//! The prompt tier: the interview on a real pseudo-terminal, as a person sees it.
#![cfg(unix)]

mod sandbox;

use std::process::Stdio;

use cargo_async_init::answers::Answer;
use cargo_async_init::catalog::runtimes::RUNTIMES;
use cargo_async_init::tree::tree;
use sandbox::terminal::{BACKSPACE, CTRL_C, DOWN, ENTER, ESCAPE, SPACE, Terminal, UP, pair};
use sandbox::{Sandbox, TCP, below};

const SERVER: &str = "Building a network server?";
const TOKIO: &str = "Need the tokio ecosystem (Axum, Tonic, Hyper)?";
const LIBRARY: &str = "Building a library?";
const EMBEDDED: &str = "Embedded / no_std?";
const KIND: &str = "What kind of program?";
const BOARD: &str = "Which board?";
const EXTRAS: &str = "Extras?";
const WRITE: &str = "write it?";

#[test]
fn from_the_first_question_to_a_project() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &["--vcs", "none"]);
    terminal.see("Project name?").press("hello\r");
    terminal
        .choose(SERVER, "yes")
        .choose(TOKIO, "yes")
        .choose(KIND, "tcp");
    terminal.see(EXTRAS).press(ENTER).see(WRITE).press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0));
    assert!(closed.shows_cursor());
    insta::assert_snapshot!(without_counts(&closed.screen));
    sandbox.must(&[&["flags/hello", "--vcs", "none"][..], &TCP].concat());
    assert!(below(&sandbox.tree(), "hello") == below(&sandbox.tree(), "flags/hello"));
}

/// How many files a project has is not the interview's business.
fn without_counts(screen: &str) -> String {
    let mut words: Vec<&str> = screen.split(' ').collect();
    for index in 1..words.len() {
        if words[index] == "files" {
            words[index - 1] = "[N]";
        }
    }
    words.join(" ")
}

#[test]
fn again_makes_the_same_project() {
    let routes: &[&[(&str, &str)]] = &[
        &[
            (SERVER, "no"),
            (LIBRARY, "yes"),
            ("What kind of program?", "sans-io"),
        ],
        &[
            (SERVER, "yes"),
            (TOKIO, "no"),
            ("Linux only", "yes"),
            ("What kind of program?", "tcp"),
            ("Which engine?", "tokio-uring"),
        ],
        &[
            (SERVER, "no"),
            (LIBRARY, "no"),
            (EMBEDDED, "yes"),
            (BOARD, "microbit-v2"),
            ("What kind of program?", "blinky"),
        ],
    ];
    for route in routes {
        let (first, second) = (Sandbox::new(), Sandbox::new());
        let mut terminal = Terminal::start(&first, &["--vcs", "none"]);
        terminal.see("Project name?").press("hello\r");
        for (prompt, value) in *route {
            terminal.choose(prompt, value);
        }
        terminal.until("the end", |terminal| {
            terminal.words().contains(EXTRAS) || terminal.words().contains(WRITE)
        });
        if !terminal.words().contains(WRITE) {
            terminal.press(ENTER).see(WRITE);
        }
        let closed = {
            terminal.press(ENTER);
            terminal.close()
        };
        assert_eq!(closed.code, Some(0), "{}", closed.screen);
        let again = second.shell(&closed.again());
        assert_eq!(again.code, Some(0), "{}\n{}", closed.again(), again.stderr);
        assert!(first.tree() == second.tree(), "{}", closed.again());
    }
}

#[test]
fn escape_returns_to_the_question_before() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &["hello"]);
    // There is none before the first.
    terminal.see(SERVER).press(ESCAPE);
    terminal.until("the same again", |terminal| {
        terminal.printed("It listens on a port") == 2
    });
    terminal.choose(SERVER, "no").see(LIBRARY);
    assert_eq!(
        count(&terminal, "It listens on a port"),
        0,
        "what helped is gone"
    );
    terminal.press(ESCAPE);
    terminal.until("the first question", |terminal| {
        terminal.open_question().contains(SERVER)
    });
    terminal
        .choose(SERVER, "yes")
        .choose(TOKIO, "yes")
        .see(KIND)
        .press(ESCAPE);
    terminal.until("the second question", |terminal| {
        terminal.open_question().contains(TOKIO)
    });
    assert_eq!(
        count(&terminal, "Mind: "),
        0,
        "what followed from the answer is taken back"
    );
    terminal
        .choose(TOKIO, "yes")
        .choose(KIND, "http")
        .see(EXTRAS);
    terminal.press(SPACE).press(ENTER).see(WRITE).press(ESCAPE);
    // What was picked before is picked anew.
    terminal.until("the extras", |terminal| {
        terminal.open_question().contains(EXTRAS)
    });
    terminal.press(ESCAPE).until("the kind", |terminal| {
        terminal.open_question().contains(KIND)
    });
    terminal
        .choose(KIND, "tcp")
        .until("the extras", |terminal| {
            terminal.open_question().contains(EXTRAS)
        });
    terminal
        .press(ENTER)
        .see("tokio, tcp · ")
        .see(WRITE)
        .press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    assert!(
        closed.again().contains("hello --runtime tokio --kind tcp"),
        "{}",
        closed.again()
    );
    assert!(!closed.again().contains("--with"), "{}", closed.again());
}

#[test]
fn escape_returns_from_the_first_question_to_the_name() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &[&["--vcs", "none"][..], &TCP].concat());
    terminal.see("Project name?").press("hallo\r").see(EXTRAS);
    terminal.press(ESCAPE).until("the name", |terminal| {
        terminal.words().ends_with("Project name? › hallo")
    });
    terminal.press(&BACKSPACE.repeat(4)).press("ello\r");
    terminal.see(EXTRAS).press(ENTER).see(WRITE).press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    assert!(!closed.screen.contains("hallo"), "{}", closed.screen);
    assert!(
        closed.again().contains("async-init hello "),
        "{}",
        closed.again()
    );
    assert!(!sandbox.path().join("hallo").exists());
}

fn count(terminal: &Terminal, text: &str) -> usize {
    terminal
        .lines()
        .iter()
        .filter(|line| line.contains(text))
        .count()
}

#[test]
fn a_board_is_found_by_a_part_of_its_name() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &["hello", "--embedded", "yes", "--vcs", "none"]);
    terminal.see(BOARD).see("pico2");
    terminal.press("mbitv2").until("the search", |terminal| {
        terminal.active().as_deref() == Some("microbit-v2")
    });
    assert_eq!(
        count(&terminal, "pico"),
        0,
        "{}",
        terminal.lines().join("\n")
    );
    terminal.press(&BACKSPACE.repeat(6)).see("pico2");
    // By its title too.
    terminal.press("seeedc6").until("the search", |terminal| {
        terminal.active().as_deref() == Some("xiao-esp32c6")
    });
    terminal
        .press(ENTER)
        .see(KIND)
        .press(ENTER)
        .see(EXTRAS)
        .press(ENTER)
        .see("hello: embassy, blinky, xiao-esp32c6 · ")
        .press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    assert!(
        sandbox
            .read("hello/.async-init.toml")
            .contains("board = \"xiao-esp32c6\"")
    );
}

/// No board of the list: a chip is searched for, then its flash and what is on its pins.
#[test]
fn a_board_of_ones_own_is_a_chip_and_its_pins() {
    let sandbox = Sandbox::new();
    let args = [
        "hello",
        "--embedded",
        "yes",
        "--network-server",
        "no",
        "--vcs",
        "none",
    ];
    let mut terminal = Terminal::start(&sandbox, &args);
    let highlighted = |wanted: &'static str| {
        move |terminal: &Terminal| terminal.active().as_deref() == Some(wanted)
    };
    terminal.see(BOARD).press("custom");
    terminal.until("the search", highlighted("custom"));
    terminal.press(ENTER).see("Which chip?").press("f411ce");
    terminal.until("the search", highlighted("stm32f411ce"));
    terminal
        .press(ENTER)
        .see("An LED on which pin?")
        .press("pc13");
    terminal.until("the search", highlighted("PC13"));
    terminal
        .press(ENTER)
        .see("Which level lights it?")
        .press(DOWN)
        .until("the second", highlighted("low"));
    terminal
        .press(ENTER)
        .see("A button on which pin?")
        .press("pa0");
    // The LED's pin is taken.
    terminal.until("the search", highlighted("PA0"));
    terminal
        .press(ENTER)
        .see("Which level has it while it is pressed?")
        .press(ENTER)
        .see(KIND)
        .press(ENTER)
        .see(EXTRAS)
        .press(ENTER)
        .see("hello: embassy, blinky, stm32f411ce")
        .press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    let flags = "--runtime embassy --chip stm32f411ce --led PC13 --led-active low --button PA0 \
                 --button-active low --kind blinky --vcs none";
    assert!(closed.again().ends_with(flags), "{}", closed.again());
}

#[test]
fn how_flash_is_divided_is_asked_where_it_can_be() {
    let sandbox = Sandbox::new();
    let args = [
        "hello",
        "--board",
        "nucleo-g474re",
        "--kind",
        "blinky",
        "--vcs",
        "none",
    ];
    let mut terminal = Terminal::start(&sandbox, &args);
    terminal.see("How is its flash divided?").see("dual");
    terminal.press(UP).until("the first", |terminal| {
        terminal.active().as_deref() == Some("single")
    });
    terminal
        .press(ENTER)
        .see(EXTRAS)
        .press(ENTER)
        .see(WRITE)
        .press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    let manifest = sandbox.read("hello/Cargo.toml");
    assert!(manifest.contains("\"single-bank\""), "{manifest}");
}

#[test]
fn any_number_of_extras() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &[&["hello", "--vcs", "none"][..], &TCP].concat());
    terminal.see(EXTRAS).see("deny");
    terminal
        .press(SPACE)
        .until("the first", |terminal| picked(terminal) == ["ci"]);
    terminal
        .press(DOWN)
        .press(SPACE)
        .until("the second", |terminal| {
            picked(terminal) == ["ci", "docker"]
        });
    terminal
        .press(DOWN)
        .press(SPACE)
        .until("the third", |terminal| picked(terminal).len() == 3);
    terminal
        .press(UP)
        .press(SPACE)
        .until("not the second", |terminal| {
            picked(terminal) == ["ci", "deny"]
        });
    terminal
        .press(ENTER)
        .see("Extras? · ci, deny")
        .see(WRITE)
        .press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    assert!(
        closed.again().ends_with("--with ci,deny --vcs none"),
        "{}",
        closed.again()
    );
    assert!(sandbox.path().join("hello/deny.toml").exists());
}

fn picked(terminal: &Terminal) -> Vec<String> {
    let lines = terminal.lines();
    let list = lines.iter().skip_while(|line| !line.starts_with("? "));
    let picked = list.filter_map(|line| line.strip_prefix("✔ "));
    picked
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_writes_nothing() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(&sandbox, &[&["hello", "--with", "ci"][..], &TCP].concat());
    terminal.see(WRITE).press("n");
    let closed = terminal.close();
    assert_eq!(closed.code, Some(130));
    assert!(closed.shows_cursor());
    insta::assert_snapshot!(without_counts(&closed.screen));
    assert!(sandbox.tree().is_empty());
}

#[test]
fn ctrl_c_at_each_prompt_leaves_nothing() {
    let prompts: &[(&[&str], &str)] = &[
        (&[], "Project name?"),
        (&["hello"], SERVER),
        (&["hello", "--runtime", "tokio"], KIND),
        (&["hello", "--embedded", "yes"], BOARD),
        (&["hello", "--runtime", "tokio", "--kind", "tcp"], EXTRAS),
        (
            &[
                "hello",
                "--runtime",
                "tokio",
                "--kind",
                "tcp",
                "--with",
                "ci",
            ],
            WRITE,
        ),
    ];
    for colors in ["always", "never"] {
        for (args, prompt) in prompts {
            let sandbox = Sandbox::new();
            let mut terminal =
                Terminal::start(&sandbox, &[args, &["--color", colors][..]].concat());
            terminal.see(prompt).press(CTRL_C);
            let closed = terminal.close();
            assert_eq!(closed.code, Some(130), "{prompt}: {}", closed.screen);
            assert!(closed.shows_cursor(), "{prompt}: {:?}", closed.raw);
            assert!(sandbox.tree().is_empty(), "{prompt}");
        }
    }
}

#[test]
fn without_colour_there_is_no_code_for_one() {
    let run = |color: &str| {
        let sandbox = Sandbox::new();
        let mut terminal = Terminal::start(&sandbox, &["hello", "--color", color, "--vcs", "none"]);
        terminal
            .see(SERVER)
            .press(ENTER)
            .see(TOKIO)
            .press(ENTER)
            .see(KIND)
            .press(ENTER);
        terminal.see(EXTRAS).press(ENTER).see(WRITE).press(ENTER);
        let closed = terminal.close();
        assert_eq!(closed.code, Some(0), "{}", closed.screen);
        closed
    };
    let has_colour = |raw: &str| raw.split("\u{1b}[").skip(1).any(ends_in_m);
    assert!(has_colour(&run("auto").raw));
    let plain = run("never");
    assert!(!has_colour(&plain.raw), "{:?}", plain.raw);
    insta::assert_snapshot!(without_counts(&plain.screen));
}

/// Whether an escape sequence sets a colour or a weight.
fn ends_in_m(sequence: &str) -> bool {
    sequence
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
        .starts_with('m')
}

#[test]
fn a_name_typed_wrong_is_asked_for_again() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::start(
        &sandbox,
        &[&["--with", "ci", "--vcs", "none"][..], &TCP].concat(),
    );
    for (name, why) in [
        ("he llo", "`he llo` cannot be it: ` ` is not allowed"),
        ("fn", "`fn` cannot be it: it is a keyword of Rust"),
        ("1abc", "`1abc` cannot be it: it starts with a digit"),
        ("folder/", "`` cannot be it: it is empty"),
    ] {
        terminal
            .see("Project name?")
            .press(name)
            .press(ENTER)
            .see(why);
        terminal.until("the question again", |terminal| {
            terminal.open_question().trim_end().ends_with('›')
        });
    }
    terminal.press("hello\r").see(WRITE);
    assert_eq!(
        count(&terminal, "cannot"),
        0,
        "{}",
        terminal.lines().join("\n")
    );
    terminal.press(ENTER);
    assert_eq!(terminal.close().code, Some(0));
    assert!(sandbox.path().join("hello/Cargo.toml").exists());
}

/// Whatever leads to a runtime, the reason and what to mind are said there.
#[test]
fn every_leaf_says_why_and_what_to_mind() {
    for runtime in RUNTIMES {
        let leads_there =
            |answers: &&_| tree().canonical(answers).one("runtime") == Some(runtime.id);
        let routes = tree().routes();
        let route = routes
            .iter()
            .find(leads_there)
            .expect("a route to every runtime");
        let mut args = vec!["hello".to_owned()];
        for question in tree()
            .questions
            .iter()
            .filter(|question| tree().is_spine(question))
        {
            if let Some(Answer::One(value)) = route.get(question.id) {
                args.extend([format!("--{}", question.id), (*value).to_owned()]);
            }
        }
        let sandbox = Sandbox::new();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut terminal = Terminal::start(&sandbox, &args);
        terminal.see(&format!("{}: {}", runtime.id, runtime.reason));
        for caveat in runtime.caveats {
            terminal.see(&format!("Mind: {caveat}"));
        }
        let widest = terminal
            .lines()
            .iter()
            .map(|line| line.chars().count())
            .max();
        assert!(widest <= Some(80), "{}", terminal.lines().join("\n"));
        terminal.press(CTRL_C);
        assert_eq!(terminal.close().code, Some(130));
        assert!(sandbox.tree().is_empty());
    }
}

/// Each prompt is drawn anew, twice, and then the screen is as it was: nothing was left behind.
#[test]
fn drawing_anew_leaves_nothing_behind() {
    let routes: &[&[(&str, &str)]] = &[
        &[
            ("network server", "yes"),
            ("tokio ecosystem", "no"),
            ("Linux only", "no"),
            ("event loop", "no"),
            ("minimal", "no"),
            ("discontinued", "keep"),
        ],
        &[
            ("network server", "no"),
            ("library", "no"),
            ("no_std", "no"),
            ("crate that needs", "no"),
            ("Linux only", "yes"),
            ("engine", "compio"),
        ],
        &[
            ("network server", "no"),
            ("library", "no"),
            ("no_std", "no"),
            ("crate that needs", "yes"),
        ],
        &[
            ("network server", "no"),
            ("library", "no"),
            ("no_std", "yes"),
            ("board", "nrf52840-dk"),
        ],
    ];
    for columns in [80, 44] {
        for route in routes {
            let sandbox = Sandbox::new();
            let mut terminal = Terminal::start_with(&sandbox, &["hello"], columns);
            for (prompt, value) in *route {
                terminal.until(prompt, |terminal| is_whole(terminal, prompt));
                let before = terminal.lines();
                terminal.step(DOWN).step(UP);
                terminal.until("the screen as it was", |terminal| {
                    terminal.lines() == before
                });
                terminal.choose(prompt, value);
            }
            terminal.press(CTRL_C);
            assert_eq!(terminal.close().code, Some(130));
        }
    }
}

/// A search shows no more choices at a time.
const SHOWN: usize = 10;

/// Whether all choices of that question are on the screen, or the first of many.
fn is_whole(terminal: &Terminal, prompt: &str) -> bool {
    let mut questions = tree().questions.iter();
    let question = questions.find(|question| question.prompt.contains(prompt));
    let lines = terminal.lines();
    let question = question.expect("such a question");
    let listed = question.choices.iter().take(SHOWN).all(|choice| {
        lines.iter().any(|line| {
            let item = line.strip_prefix("❯ ").or_else(|| line.strip_prefix("  "));
            item.is_some_and(|item| item.split_whitespace().next() == Some(choice.value))
        })
    });
    listed && terminal.open_question().contains(prompt) && terminal.active().is_some()
}

/// A long name makes a long summary.
#[test]
fn a_summary_that_is_wider_than_the_terminal() {
    let sandbox = Sandbox::new();
    let name = "n".repeat(64);
    let mut terminal = Terminal::start(
        &sandbox,
        &[&[&name, "--with", "ci,docker,deny"][..], &TCP].concat(),
    );
    terminal
        .see(&format!("{name}: tokio, tcp, ci, docker, deny"))
        .see("? write it?")
        .press("n");
    let closed = terminal.close();
    assert_eq!(closed.code, Some(130));
    assert_eq!(closed.screen.matches(WRITE).count(), 1, "{}", closed.screen);
}

#[test]
fn what_is_given_is_not_asked() {
    let sandbox = Sandbox::new();
    let yes = Terminal::start(&sandbox, &["one", "--yes", "--vcs", "none"]).close();
    assert_eq!(yes.code, Some(0), "{}", yes.screen);
    assert!(!yes.screen.contains('?'), "{}", yes.screen);
    sandbox.write(
        "answers.toml",
        "[answers]\nnetwork-server = \"no\"\nembedded = \"yes\"\nkind = \"blinky\"\n",
    );
    let mut terminal = Terminal::start(&sandbox, &["two", "--answers", "answers.toml", "-n"]);
    terminal.see(BOARD).press(ENTER).see(EXTRAS).press(ENTER);
    terminal.see(WRITE).press(ENTER);
    let closed = terminal.close();
    assert_eq!(closed.code, Some(0), "{}", closed.screen);
    assert_eq!(closed.screen.matches("✔ ").count(), 3, "{}", closed.screen);
    assert!(!sandbox.path().join("two").exists(), "a dry run");
}

/// Keys typed at nobody would be waited for until the end of time.
#[test]
fn off_a_terminal_nothing_is_asked() {
    for is_input in [true, false] {
        let sandbox = Sandbox::new();
        let (_ours, theirs) = pair(80);
        let mut command = sandbox.command(&["hello"]);
        let terminal = Stdio::from(theirs);
        if is_input {
            command
                .stdin(terminal)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
        } else {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(terminal);
        }
        let output = command
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .expect("it ends");
        assert_eq!(output.status.code(), Some(3));
        assert!(sandbox.tree().is_empty());
    }
}
