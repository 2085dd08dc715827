//! Numbers of a known form in a text, such as those of identity cards.

/// The text with `*` for each letter and digit of what has this form and stands by itself. In a form
/// `#` is a digit and `@` a letter; anything else is itself.
pub(crate) fn mask(text: &str, form: &str) -> String {
    let form: Vec<char> = form.chars().collect();
    // A form of no digit or letter would mask nothing, and an empty one is found everywhere.
    if !form.iter().any(|c| matches!(c, '#' | '@')) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut masked = chars.clone();
    let mut at = 0;
    while at + form.len() <= chars.len() {
        let end = at + form.len();
        let alone =
            |n: Option<usize>| n.and_then(|n| chars.get(n)).is_none_or(|c| !c.is_alphanumeric());
        let found = alone(at.checked_sub(1))
            && alone(Some(end))
            && chars[at..end].iter().zip(&form).all(|(c, form)| fits(*c, *form));
        if found {
            for c in masked[at..end].iter_mut().filter(|c| c.is_alphanumeric()) {
                *c = '*';
            }
        }
        at = if found { end } else { at + 1 };
    }
    masked.into_iter().collect()
}

fn fits(c: char, form: char) -> bool {
    match form {
        '#' => c.is_ascii_digit(),
        '@' => c.is_alphabetic(),
        other => c == other,
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn what_has_the_form_and_stands_alone_is_masked() {
        for (text, form, masked) in [
            ("it is 078-05-1120.", "###-##-####", "it is ***-**-****."),
            ("QQ123456C", "@@######@", "*********"),
            ("078-05-1120, 219-09-9999", "###-##-####", "***-**-****, ***-**-****"),
            ("1078-05-1120", "###-##-####", "1078-05-1120"),
            ("078-05-11201", "###-##-####", "078-05-11201"),
            ("ÄÖ12", "@@##", "****"),
            ("no number", "###", "no number"),
            ("a-b", "-", "a-b"),
            ("", "#", ""),
        ] {
            assert_eq!(mask(text, form), masked, "{text}");
        }
    }
}
