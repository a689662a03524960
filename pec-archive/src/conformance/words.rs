//! Words, compared as every index compares them: without case and accents.

/// The words of a text. Letters that Italian and its neighbours write with a mark lose it; others keep theirs.
pub(super) fn of(text: &str) -> Vec<String> {
    let folded: String = text.chars().flat_map(char::to_lowercase).map(plain).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

const fn plain(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

/// Whether these words stand one after the other in a text; the last one may go on where `prefix` says so.
pub(super) fn stand_in(phrase: &[String], prefix: bool, text: &[String]) -> bool {
    let Some((last, before)) = phrase.split_last() else { return false };
    text.windows(phrase.len()).any(|words| {
        words
            .split_last()
            .is_some_and(|(word, rest)| rest == before && (word == last || prefix && word.starts_with(last.as_str())))
    })
}
