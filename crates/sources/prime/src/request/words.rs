//! The words of a row that a launch repeats. A record keeps them in our vocabulary; where that loses a letter, the
//! row's own word is remembered beside it.

use std::borrow::Cow;

use gpu_broker_core::gpu::Socket;
use gpu_broker_core::offer::{Offer, Security};
use gpu_broker_core::place::{Country, Place};

/// A field of which the offer keeps the meaning.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Socket,
    GpuCount,
    Security,
    Country,
}

impl Field {
    /// Prime's name of it, in a row and in a request.
    fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::GpuCount => "gpuCount",
            Self::Security => "security",
            Self::Country => "country",
        }
    }

    /// Prime's word for it: the one of the row, as far as that is known.
    pub(super) fn word<'o>(self, offer: &'o Offer, place: &'o Place) -> Option<Cow<'o, str>> {
        let remembered = offer.launch.echo.get(self.name()).map(|word| Cow::Borrowed(&**word));
        remembered.or_else(|| self.usual(offer, place))
    }

    /// Prime's usual word for what the offer says.
    fn usual<'o>(self, offer: &'o Offer, place: &'o Place) -> Option<Cow<'o, str>> {
        match self {
            Self::Socket => offer.gpu.socket.as_ref().map(Socket::as_str).map(Cow::Borrowed),
            // A machine without a GPU states one, see `normalise::offer`.
            Self::GpuCount => Some(offer.gpu.count.max(1).to_string().into()),
            Self::Security => Some(Cow::Borrowed(match &offer.security {
                Security::Secure => "secure_cloud",
                Security::Community => "community_cloud",
                Security::Other(word) => word,
            })),
            Self::Country => place.country.as_ref().map(Country::as_str).map(Cow::Borrowed),
        }
    }
}

/// What a row says, to the letter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'r> {
    pub(crate) socket: Option<&'r str>,
    pub(crate) gpu_count: Option<u64>,
    pub(crate) security: Option<&'r str>,
    pub(crate) country: Option<&'r str>,
}

/// Keeps the words of the offer's row that the offer would not repeat to the letter.
pub(crate) fn remember(offer: &mut Offer, said: Said<'_>) {
    let Some(place) = offer.places.first() else { return };
    let gpu_count = said.gpu_count.map(|count| count.to_string());
    let fields = [
        (Field::Socket, said.socket),
        (Field::GpuCount, gpu_count.as_deref()),
        (Field::Security, said.security),
        (Field::Country, said.country),
    ];
    let lost = fields
        .into_iter()
        .filter_map(|(field, word)| word.map(|word| (field, word)))
        .filter(|(field, word)| field.usual(offer, place).as_deref() != Some(word))
        .map(|(field, word)| (field.name().into(), word.into()))
        .collect();
    offer.launch.echo = lost;
}
