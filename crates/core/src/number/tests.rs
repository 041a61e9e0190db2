use super::*;

use proptest::prelude::*;

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

#[test]
fn broker_numbers_are_read_from_their_text() {
    let check = |text: &str, expected: &str| {
        let read = Exact::from_broker(text).map_or_else(|error| error.to_string(), |number| number.to_string());
        assert_eq!(read, expected, "{text}");
    };
    // P1, with the noise that both brokers really send.
    check("1.6567999999999998", "1.6568");
    check("3.3000000000000003", "3.3");
    check("1.1400000000000001", "1.14");
    check("0.00010752688172043011", "0.00010752688172043");
    check("0.0001111111111111111", "0.000111111111111111");
    check("9.7e-05", "0.000097");
    check("7E-5", "0.00007");
    check("1e+2", "100");
    check("2.50", "2.5");
    check("-0", "0");
    check("-0.0", "0");
    check("-1.5", "-1.5");
    check("0e999999999999999999999", "0");
    check("123456789.123456789", "123456789.123457");
    // Half-even at the fifteenth digit, and a digit far behind decides a tie.
    check("1.000000000000005", "1");
    check("1.000000000000015", "1.00000000000002");
    check("1.0000000000000050000000000000000000000000000001", "1.00000000000001");
    check("0.000000000000000000000000000000000000000000", "0");
    check("1e400", "`1e400` is outside the range that can be reckoned exactly");
    check("1e-400", "`1e-400` is outside the range that can be reckoned exactly");
    for bad in [
        "", "-", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "1_000", "NaN", "Infinity", "1 ", "1.2.3", "--1", "+1",
    ] {
        check(bad, &format!("`{bad}` is not a decimal number"));
    }
}

#[test]
fn quotients_are_exact_or_rounded_once() {
    let check = |top: &str, bottom: &str, expected: Option<&str>| {
        assert_eq!(exact(top).over(exact(bottom)), expected.map(exact), "{top} / {bottom}");
    };
    check("58.248", "60", Some("0.9708"));
    check("1", "3", Some("0.333333333333"));
    check("2", "3", Some("0.666666666667"));
    check("-2", "3", Some("-0.666666666667"));
    check("1", "-8", Some("-0.125"));
    check("1", "1024", Some("0.0009765625"));
    check("1", "1048576", Some("0.00000095367431640625"));
    check("10", "0.25", Some("40"));
    check("0.00000000000000000001", "3", Some("0"));
    check("0", "7", Some("0"));
    check("1", "0", None);
}

#[test]
fn people_read_rounded_numbers() {
    let check = |number: &str, decimals: u8, expected: &str| assert_eq!(exact(number).to_fixed(decimals), expected);
    check("1.9", 4, "1.9000");
    check("0.00005", 4, "0.0000");
    check("0.00015", 4, "0.0002");
    check("1072.8", 2, "1072.80");
    check("-0.125", 2, "-0.12");
    check("12", 0, "12");
}

fn any_exact() -> impl Strategy<Value = Exact> {
    (-1_000_000_000_000_000_i128..1_000_000_000_000_000, 0_u8..20)
        .prop_map(|(mantissa, decimals)| Exact::new(mantissa, decimals).unwrap())
}

proptest! {
    #[test]
    fn written_numbers_read_back(number in any_exact()) {
        prop_assert_eq!(number.to_string().parse::<Exact>().unwrap(), number);
    }

    #[test]
    fn sums_and_order_agree_with_another_library(left in any_exact(), right in any_exact()) {
        let (a, b) = (Decimal::try_from(left).unwrap(), Decimal::try_from(right).unwrap());
        prop_assert_eq!(left.cmp(&right), a.cmp(&b));
        let sum = left.plus(right).unwrap();
        if sum.decimals() <= 20 && digits(sum.mantissa()) <= 27 {
            prop_assert_eq!(Decimal::try_from(sum).unwrap(), a + b);
        }
        prop_assert_eq!(sum.minus(right).unwrap(), left);
    }

    #[test]
    fn a_product_divides_back(left in any_exact(), right in any_exact()) {
        let product = left.times(right);
        if let (Some(product), false) = (product, right.is_zero()) {
            prop_assert_eq!(product.over(right), Some(left));
        }
    }

    #[test]
    fn no_text_panics(text in "[-+0-9.eE]{0,60}") {
        if let Ok(number) = Exact::from_broker(&text) {
            prop_assert_eq!(number.to_string().parse::<Exact>().unwrap(), number);
        }
    }
}
