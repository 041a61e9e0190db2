//! A broker's price, read from its JSON text.

use thiserror::Error;

use crate::money::{Currency, Rate};
use crate::number::{Exact, NumberError};

/// Why a broker's price cannot be used (P1).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PriceError {
    /// Not a number that can be reckoned with.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Below zero.
    #[error("the price {0} is below zero")]
    Negative(Exact),
}

/// Reads a broker's price per hour from its JSON text (P1).
///
/// # Errors
/// When the text is no number that can be reckoned with, or one below zero.
pub fn price(text: &str, currency: Currency) -> Result<Rate, PriceError> {
    let number = Exact::from_broker(text)?;
    if number.is_negative() {
        return Err(PriceError::Negative(number));
    }
    Ok(Rate::new(number, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_or_refused() {
        let check = |text: &str, expected: &str| {
            let read =
                price(text, Currency::USD).map_or_else(|error| error.to_string(), |rate| rate.per_hour().to_string());
            assert_eq!(read, expected);
        };
        check("1.6567999999999998", "1.6568");
        check("-0", "0");
        check("-0.01", "the price -0.01 is below zero");
        check("NaN", "`NaN` is not a decimal number");
    }
}
