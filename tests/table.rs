//! The table tier: the tree and the catalogue are sound, and the spine is the chapter's.

mod projects;

use std::collections::BTreeSet;

use cargo_async_init::answers::{Answer, Answers};
use cargo_async_init::ask;
use cargo_async_init::blueprint::Blueprint;
use cargo_async_init::catalog::boards::BOARDS;
use cargo_async_init::catalog::extras::EXTRAS;
use cargo_async_init::catalog::kinds::KINDS;
use cargo_async_init::catalog::offers::{ENGINES, OFFERS};
use cargo_async_init::catalog::runtimes::RUNTIMES;
use cargo_async_init::name::PackageName;
use cargo_async_init::template;
use cargo_async_init::tree::{FACTS, Step, Style, tree};

/// The chapter's decision tree: node, answer, node.
const CHAPTER: &[(&str, &str, &str)] = &[
    ("network-server", "yes", "tokio-ecosystem"),
    ("network-server", "no", "library"),
    ("tokio-ecosystem", "yes", "tokio"),
    ("tokio-ecosystem", "no", "minimal-deps"),
    ("library", "yes", "agnostic"),
    ("library", "no", "embedded"),
    ("embedded", "yes", "embassy"),
    ("embedded", "no", "minimal-deps"),
    ("minimal-deps", "yes", "smol"),
    ("minimal-deps", "no", "async-std"),
];

/// The chapter's questions in its own words, in its order.
const WORDS: &[(&str, &str)] = &[
    ("network-server", "Building a network server?"),
    (
        "tokio-ecosystem",
        "Need the tokio ecosystem (Axum, Tonic, Hyper)?",
    ),
    ("library", "Building a library?"),
    ("embedded", "Embedded / no_std?"),
    ("minimal-deps", "Want minimal dependencies?"),
];

/// Every path of the chapter's diagram: the answers on the way, and the runtime at its end.
fn chapter_paths(node: &'static str, answers: &Answers) -> Vec<(Answers, &'static str)> {
    let edges: Vec<_> = CHAPTER
        .iter()
        .filter(|(from, _, _)| *from == node)
        .collect();
    if edges.is_empty() {
        return vec![(answers.clone(), node)];
    }
    edges
        .into_iter()
        .flat_map(|&(from, answer, to)| chapter_paths(to, &answers.with(from, Answer::One(answer))))
        .collect()
}

#[test]
fn the_seven_spine_paths_are_the_chapters() {
    let paths = chapter_paths("network-server", &Answers::default());
    assert_eq!(paths.len(), 7);
    for (answers, runtime) in paths {
        let completed = ask::with_defaults(tree(), &answers);
        // The one departure: async-std is discontinued, so its last question defaults to smol.
        let expected = if runtime == "async-std" {
            "smol"
        } else {
            runtime
        };
        assert_eq!(completed.one("runtime"), Some(expected), "{answers:?}");
        if runtime == "async-std" {
            let kept = answers.with("async-std", Answer::One("keep"));
            assert_eq!(
                ask::with_defaults(tree(), &kept).one("runtime"),
                Some("async-std")
            );
        }
    }
}

#[test]
fn the_spine_asks_in_the_chapters_words_and_order() {
    let asked: Vec<(&str, &str)> = tree()
        .questions
        .iter()
        .filter(|question| WORDS.iter().any(|(id, _)| *id == question.id))
        .map(|question| (question.id, question.prompt))
        .collect();
    assert_eq!(asked, WORDS);
}

#[test]
fn added_questions_leave_the_spine_as_it_is_by_default() {
    let spine: BTreeSet<&str> = WORDS.iter().map(|(id, _)| *id).collect();
    for question in tree()
        .questions
        .iter()
        .filter(|question| tree().is_spine(question))
    {
        if spine.contains(question.id) || question.id == "async-std" {
            continue;
        }
        let default = question
            .choice(question.default)
            .expect("the default is a choice");
        assert_eq!(
            default.leaf, None,
            "`{}` leaves the spine by default",
            question.id
        );
    }
}

#[test]
fn ids_are_unique_and_legal_flags() {
    let mut seen = BTreeSet::new();
    for question in &tree().questions {
        assert!(
            seen.insert(question.id),
            "`{}` stands there twice",
            question.id
        );
        let mut values = BTreeSet::new();
        for word in question
            .choices
            .iter()
            .map(|choice| choice.value)
            .chain([question.id])
        {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(
                !word.is_empty() && word.chars().all(legal),
                "`{word}` is no flag"
            );
        }
        for choice in &question.choices {
            assert!(
                values.insert(choice.value),
                "`{}` stands there twice",
                choice.value
            );
        }
    }
}

#[test]
fn defaults_are_choices() {
    for question in tree()
        .questions
        .iter()
        .filter(|question| question.style != Style::Pick)
    {
        assert!(
            question.choice(question.default).is_some(),
            "`{}`",
            question.id
        );
    }
}

#[test]
fn conditions_name_earlier_questions_and_their_values() {
    for (index, question) in tree().questions.iter().enumerate() {
        let earlier = &tree().questions[..index];
        let own = question.when.iter();
        let conditions = own.chain(question.choices.iter().flat_map(|choice| &choice.when));
        for condition in conditions.flatten() {
            let named = condition.question;
            let known: Vec<&str> = match earlier.iter().find(|each| each.id == named) {
                Some(asked) => asked.rows().map(|choice| choice.value).collect(),
                None => FACTS
                    .iter()
                    .find(|(fact, _)| *fact == named)
                    .unwrap_or_else(|| panic!("`{named}` is not asked before `{}`", question.id))
                    .1
                    .to_vec(),
            };
            for value in &condition.values {
                assert!(known.contains(value), "`{value}` is no value of `{named}`");
            }
        }
    }
}

#[test]
fn every_choice_is_reachable_and_every_route_ends_in_a_project() {
    for question in &tree().questions {
        for choice in &question.choices {
            let answer = match question.style {
                Style::Pick => Answer::Many(vec![choice.value]),
                _ => Answer::One(choice.value),
            };
            let answers = Answers::default().with(question.id, answer);
            assert!(
                tree().reaches(&answers),
                "`--{} {}`",
                question.id,
                choice.value
            );
            let completed = ask::with_defaults(tree(), &answers);
            assert!(matches!(tree().next(&completed), Step::Done));
            let name = PackageName::parse("my-app").expect("a legal name");
            Blueprint::new(name, &completed)
                .unwrap_or_else(|error| panic!("`--{} {}`: {error}", question.id, choice.value));
        }
    }
}

#[test]
fn every_row_of_the_catalogue_is_used() {
    let projects = projects::all();
    for offer in OFFERS {
        assert!(
            projects
                .iter()
                .any(|project| std::ptr::eq(project.blueprint("my-app").offer, offer)),
            "no route leads to {offer:?}"
        );
    }
    let used = |question: &str, id: &str| {
        projects
            .iter()
            .any(|project| project.answers.one(question) == Some(id))
    };
    assert!(RUNTIMES.iter().all(|row| used("runtime", row.id)));
    assert!(KINDS.iter().all(|row| used("kind", row.id)));
    assert!(ENGINES.iter().all(|row| used("engine", row.id)));
    assert!(BOARDS.iter().all(|row| used("board", row.id)));
    assert!(
        EXTRAS
            .iter()
            .all(|row| projects.iter().any(|each| each.extras().contains(&row.id)))
    );
}

#[test]
fn every_row_has_its_folder() {
    for project in projects::all() {
        let blueprint = project.blueprint("my-app");
        let layers = blueprint.layers();
        let home = match blueprint.engine {
            Some(engine) => format!(
                "{}/{}/{}",
                blueprint.runtime.id, engine.id, blueprint.kind.id
            ),
            None => format!("{}/{}", blueprint.runtime.id, blueprint.kind.id),
        };
        assert!(layers.contains(&home), "`templates/{home}` is missing");
        for base in blueprint.runtime.bases {
            assert!(
                layers.iter().any(|layer| layer == base),
                "`templates/{base}` is missing"
            );
        }
    }
    for extra in EXTRAS {
        let shared = format!("_extras/{}", extra.id);
        let mut layers = RUNTIMES
            .iter()
            .map(|runtime| format!("{}/{shared}", runtime.id))
            .chain([shared.clone()]);
        assert!(
            layers.any(|name| template::layer(&name).next().is_some()),
            "`templates/{shared}` is missing"
        );
    }
}

#[test]
fn a_runtime_answers_every_question_above_it() {
    for runtime in RUNTIMES {
        let answers = Answers::default().with("runtime", Answer::One(runtime.id));
        match tree().next(&answers) {
            Step::Ask(question, _) | Step::Implied(question, _) => {
                assert!(
                    !tree().is_spine(question),
                    "`{}` still asks `{}`",
                    runtime.id,
                    question.id
                );
            }
            Step::Done => panic!("`{}` leaves nothing to decide", runtime.id),
        }
    }
}

#[test]
fn flags_made_of_answers_give_these_answers_again() {
    for project in projects::all_with_everything() {
        let mut words = vec!["cargo-async-init".into(), "my-app".into()];
        words.extend(project.answers.to_flags(tree()).into_iter().map(Into::into));
        let parsed = cargo_async_init::cli::parse(words).expect("the flags are understood");
        let cargo_async_init::cli::Task::Create(create) = parsed.task else {
            panic!("the flags ask for something else");
        };
        let given = ask::without_asking(tree(), &create.given.answers, &|_| String::new())
            .expect("the flags are complete");
        let shown = |answers: &Answers| answers.to_flags(tree());
        assert_eq!(shown(&tree().canonical(&given)), shown(&project.answers));
    }
}
