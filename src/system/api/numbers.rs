//! Numbers of a document that a PUT would write back as others: ours are 64 bits wide.

/// The first number of a JSON text that this program does not hold exactly.
pub(super) fn inexact(json: &[u8]) -> Option<String> {
    let is_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_text(json, at + 1),
            b'-' | b'0'..=b'9' => {
                let length = json[at..].iter().take_while(|byte| is_number(byte)).count();
                let number = String::from_utf8_lossy(&json[at..at + length]).into_owned();
                if !is_exact(&number) {
                    return Some(number);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

/// Behind the quotation mark that ends a text.
fn end_of_text(json: &[u8], mut at: usize) -> usize {
    while let Some(byte) = json.get(at) {
        at += if *byte == b'\\' { 2 } else { 1 };
        if *byte == b'"' {
            break;
        }
    }
    at
}

fn is_exact(number: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(number)
        .is_ok_and(|held| decimal(&held.to_string()) == decimal(number))
}

/// Whether it is negative, its digits without zeros at the ends, and the power of ten of the last one.
fn decimal(number: &str) -> (bool, String, i64) {
    let (mantissa, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{part}", whole.trim_start_matches('-'));
    let kept = digits.trim_end_matches('0');
    let power = power.parse::<i64>().unwrap_or(i64::MAX / 2);
    let last = power + (digits.len() - kept.len()) as i64 - part.len() as i64;
    let kept = kept.trim_start_matches('0').to_owned();
    let is_zero = kept.is_empty();
    (number.starts_with('-') && !is_zero, kept, if is_zero { 0 } else { last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_would_be_written_back_as_another_is_found() {
        for held in [
            r#"{"a": 1, "b": [-0, 0.10, 1.5e3, 18446744073709551615, -9223372036854775808, 1E+2], "c": "1e400"}"#,
            r#"{"text \" 123456789012345678901234567890": "\\", "n": 0.1}"#,
            "[]",
        ] {
            assert_eq!(inexact(held.as_bytes()), None, "{held}");
        }
        for (lost, number) in [
            (r#"{"id": 123456789012345678901}"#, "123456789012345678901"),
            (r#"{"a": 1, "id": 18446744073709551617}"#, "18446744073709551617"),
            ("[0.12345678901234567890123]", "0.12345678901234567890123"),
            (r#"{"a": "\"", "b": 1e400}"#, "1e400"),
        ] {
            assert_eq!(inexact(lost.as_bytes()).as_deref(), Some(number), "{lost}");
        }
    }
}
