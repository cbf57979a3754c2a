//! What our own last run of a laboratory gave: `lab.tsv`, which is that run's `figures.tsv` as it was written.

use std::sync::LazyLock;

/// The figures of one run.
#[derive(Debug, Default)]
pub struct Run {
    /// What was measured, when, where and how: one sentence each for a reader.
    pub circumstances: &'static str,
    /// Each program's crates with their versions, by runtime.
    pub made_of: Vec<(&'static str, &'static str)>,
    /// In the order of the report.
    pub figures: Vec<Figure>,
}

/// One figure of every runtime.
#[derive(Debug)]
pub struct Figure {
    /// What it is, with its unit.
    pub name: &'static str,
    /// The median of the rounds, by runtime.
    pub medians: Vec<(&'static str, f64)>,
}

impl Figure {
    /// The figure of that runtime.
    pub fn of(&self, runtime: &str) -> Option<f64> {
        let found = self.medians.iter().find(|(name, _)| *name == runtime);
        found.map(|(_, median)| *median)
    }
}

/// Our own last run.
pub fn last() -> &'static Run {
    static RUN: LazyLock<Run> = LazyLock::new(|| read(include_str!("lab.tsv")));
    &RUN
}

fn read(text: &'static str) -> Run {
    let mut run = Run::default();
    let comments = text.lines().filter_map(|line| line.strip_prefix("# "));
    for (title, rest) in comments.filter_map(|line| line.split_once(": ")) {
        if run.circumstances.is_empty() {
            run.circumstances = rest;
        } else {
            run.made_of.push((title, rest));
        }
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(name), Some(runtime), Some(Ok(median))) = (
            columns.next(),
            columns.next(),
            columns.next().map(str::parse),
        ) else {
            continue;
        };
        match run.figures.last_mut().filter(|figure| figure.name == name) {
            Some(figure) => figure.medians.push((runtime, median)),
            None => run.figures.push(Figure {
                name,
                medians: vec![(runtime, median)],
            }),
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab;

    #[test]
    fn the_last_run_has_every_figure_of_every_runtime() {
        let run = last();
        let runtimes: Vec<&str> = lab::usual("tcp").iter().map(|subject| subject.id).collect();
        for runtime in &runtimes {
            let made_of = run.made_of.iter().find(|(name, _)| name == runtime);
            assert!(made_of.is_some(), "{runtime}");
        }
        assert_eq!(run.made_of.len(), runtimes.len());
        assert!(run.figures.len() > 15, "{}", run.figures.len());
        for figure in &run.figures {
            assert_eq!(figure.medians.len(), runtimes.len(), "{}", figure.name);
            for runtime in &runtimes {
                assert!(figure.of(runtime).is_some_and(|median| median > 0.0));
            }
        }
        let numbers = include_str!("lab.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'));
        assert_eq!(numbers.count(), run.figures.len() * runtimes.len());
    }

    /// A run on versions that nobody gets any more says nothing.
    #[test]
    fn the_last_run_was_of_the_versions_that_are_written() {
        for (runtime, made_of) in &last().made_of {
            for package in made_of.split(", ") {
                let (name, version) = package.split_once(' ').expect("a name and a version");
                let wanted = crate::template::versions()[name].as_str().expect(name);
                let numbers = |text: &str| -> Vec<u64> {
                    text.split('.')
                        .map(|part| part.parse().expect(package))
                        .collect()
                };
                assert!(
                    numbers(version) >= numbers(wanted),
                    "{package} of {runtime}"
                );
            }
        }
    }
}
