//! Card numbers in a text: 13 to 19 digits, with single spaces or hyphens between them, whose last
//! digit is the right check digit (ISO/IEC 7812, the Luhn formula).

/// How many digits are left readable.
const KEPT: usize = 4;

/// The text with `*` for the digits of card numbers, all but the last four of each.
pub(crate) fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut masked = chars.clone();
    let mut at = 0;
    while at < chars.len() {
        let digits = run(&chars, at);
        if digits.is_empty() {
            at += 1;
            continue;
        }
        if let Some(card) = card(&chars, &digits) {
            for place in &card[..card.len() - KEPT] {
                masked[*place] = '*';
            }
        }
        at = digits[digits.len() - 1] + 1;
    }
    masked.into_iter().collect()
}

/// The places of the digits that begin here and follow each other, with at most one space or hyphen
/// in between.
fn run(chars: &[char], from: usize) -> Vec<usize> {
    let mut digits = Vec::new();
    let mut at = from;
    while let Some(c) = chars.get(at) {
        match c {
            '0'..='9' => digits.push(at),
            ' ' | '-' if digits.last().is_some_and(|last| last + 1 == at) => {}
            _ => break,
        }
        at += 1;
    }
    digits
}

/// The longest part of a run of digits that is a card number. It begins and ends with a group of
/// digits: a part of a longer number passes the check by chance one time in ten.
fn card<'a>(chars: &[char], digits: &'a [usize]) -> Option<&'a [usize]> {
    let lengths = (13..=digits.len().min(19)).rev();
    lengths
        .flat_map(|length| digits.windows(length))
        .filter(|places| {
            let digit = |at: Option<usize>| {
                at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit)
            };
            !digit(places[0].checked_sub(1)) && !digit(Some(places[places.len() - 1] + 1))
        })
        .find(|places| checks(places.iter().filter_map(|place| chars[*place].to_digit(10))))
}

fn checks(digits: impl DoubleEndedIterator<Item = u32>) -> bool {
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(n, digit)| if n % 2 == 1 { double(digit) } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn card_numbers_are_masked_and_other_numbers_are_not() {
        for (text, masked) in [
            ("4111 1111 1111 1111", "**** **** **** 1111"),
            ("my card: 5500-0000-0000-0004, thanks", "my card: ****-****-****-0004, thanks"),
            ("378282246310005", "***********0005"),
            ("order 4111111111111112", "order 4111111111111112"),
            ("call 020 7946 0018", "call 020 7946 0018"),
            ("no digits", "no digits"),
            ("1234 4111111111111111", "1234 ************1111"),
        ] {
            assert_eq!(mask(text), masked);
        }
    }
}
