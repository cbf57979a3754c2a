//! Near names for misspelt words.

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

/// Advice for a word that is not among the known ones.
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`? possible: {}", known.join(", ")),
        None => format!("possible: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_near_names_and_no_far_ones() {
        let known = ["tokio", "smol", "async-std"];
        assert_eq!(nearest("toiko", &known), Some("tokio"));
        assert_eq!(nearest("asyncstd", &known), Some("async-std"));
        assert_eq!(nearest("zebra", &known), None);
    }
}
