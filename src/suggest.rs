//! What to say of words: the one that was meant, and those that are possible.

/// The known word that is nearest to a misspelt one, if any is near at all.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()).div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Every known word that begins with this one, or else that is as near as the nearest.
pub fn all_nearest<'a>(word: &str, known: &[&'a str]) -> Vec<&'a str> {
    let word = word.to_lowercase();
    // Of a letter or two it would be anybody's guess.
    let begins = known.iter().filter(|each| each.starts_with(&word));
    let begins: Vec<&str> = begins.copied().collect();
    if word.len() > 2 && !begins.is_empty() {
        return begins;
    }
    let Some(nearest) = nearest(&word, known) else {
        return Vec::new();
    };
    let distance = strsim::osa_distance(&word, nearest);
    let mut all = known.to_vec();
    all.retain(|each| strsim::osa_distance(&word, each) == distance);
    all
}

/// Advice for a word that is not among the known ones.
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    let possible = format!("possible: {}", known.join(", "));
    match all_nearest(word, known).as_slice() {
        [] => possible,
        near => format!("did you mean `{}`? {possible}", near.join("` or `")),
    }
}

/// These words in a row; of three or more that differ in a number that goes up by one, `PA0 to PA15`.
pub fn in_short(words: &[&str]) -> String {
    let mut parts = Vec::new();
    let mut rest = words;
    while let Some(first) = rest.first() {
        let run = run(rest);
        match &rest[..run] {
            [.., last] if run > 2 => parts.push(format!("{first} to {last}")),
            few => parts.extend(few.iter().map(|&word| word.to_owned())),
        }
        rest = &rest[run..];
    }
    parts.join(", ")
}

/// How many of these words, from the first, differ from the one before by a number that is one more.
fn run(words: &[&str]) -> usize {
    let follows = |pair: &[&str]| match (numbered(pair[0]), numbered(pair[1])) {
        (Some((prefix, number)), Some(next)) => next == (prefix, number + 1),
        _ => false,
    };
    1 + words.windows(2).take_while(|pair| follows(pair)).count()
}

/// `PA15` → `PA`, 15.
fn numbered(word: &str) -> Option<(&str, u32)> {
    let prefix = word.trim_end_matches(|c: char| c.is_ascii_digit());
    Some((prefix, word[prefix.len()..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{all_nearest, in_short, nearest};

    #[test]
    fn finds_near_names_and_no_far_ones() {
        let known = ["tokio", "smol", "async-std"];
        assert_eq!(nearest("toiko", &known), Some("tokio"));
        assert_eq!(nearest("asyncstd", &known), Some("async-std"));
        assert_eq!(nearest("zebra", &known), None);
        assert_eq!(all_nearest("to", &["tox", "tokio", "top"]), ["tox", "top"]);
        assert_eq!(all_nearest("tok", &["tox", "tokio", "top"]), ["tokio"]);
        assert_eq!(all_nearest("Smo", &known), ["smol"]);
        assert!(all_nearest("zebra", &known).is_empty());
    }

    #[test]
    fn runs_of_names_are_shortened() {
        let pins = ["none", "PA0", "PA1", "PA2", "PB3", "PB5", "PC9", "PC10"];
        assert_eq!(in_short(&pins), "none, PA0 to PA2, PB3, PB5, PC9, PC10");
        assert_eq!(in_short(&["a", "b"]), "a, b");
        assert_eq!(in_short(&[]), "");
    }
}
