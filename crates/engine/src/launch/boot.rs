//! What a machine boots (D7).

use std::sync::Arc;

use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::usual_image;

use super::unlaunchable::Unlaunchable;

/// What somebody wants to boot; by default the usual image of each offer.
#[derive(Debug, Clone, Default)]
pub struct Boot(Option<String>);

impl Boot {
    /// An image or operating system in a broker's words, or the usual one.
    pub fn new(wanted: Option<&str>) -> Self {
        Self(wanted.map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned))
    }

    /// The offer's own word for it; `None` for the broker's default, where the
    /// offer names nothing.
    ///
    /// # Errors
    /// When the offer does not boot it.
    pub fn image(&self, offer: &Offer) -> Result<Option<Arc<str>>, Unlaunchable> {
        let Some(wanted) = &self.0 else {
            return Ok(usual_image(offer).cloned());
        };
        let images = &offer.launch.images;
        let exact = images.iter().find(|image| &***image == wanted.as_str());
        let alike = || images.iter().find(|image| squeezed(image) == squeezed(wanted));
        match exact.or_else(alike) {
            Some(image) => Ok(Some(Arc::clone(image))),
            None if images.is_empty() => Ok(Some(wanted.as_str().into())),
            None => {
                let known: Vec<_> = images.iter().map(|image| format!("`{image}`")).collect();
                Err(Unlaunchable(format!(
                    "it does not boot `{wanted}` but {}",
                    known.join(", ")
                )))
            }
        }
    }
}

/// A name without what people write differently: case, spaces, dashes.
fn squeezed(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric() || *c == '.');
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpu_broker_core::gpu::{Gpu, GpuModel};
    use gpu_broker_core::offer::{Broker, OfferId, Provider};

    #[test]
    fn an_image_is_found_in_the_offers_own_words() {
        let check = |wanted: Option<&str>, images: &[&str], expected: Result<Option<&str>, ()>| {
            let gpu = Gpu {
                model: GpuModel::new("H100"),
                memory: None,
                socket: None,
                count: 1,
            };
            let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new("o"), gpu);
            offer.launch.images = images.iter().map(|image| Arc::from(*image)).collect();
            let found = Boot::new(wanted).image(&offer);
            let found = found.as_ref().map(Option::as_deref).map_err(|_| ());
            assert_eq!(found, expected, "{wanted:?} {images:?}");
        };
        check(None, &["Ubuntu 22.04", "Ubuntu 24.04"], Ok(Some("Ubuntu 24.04")));
        check(None, &[], Ok(None));
        check(
            Some("ubuntu-22.04"),
            &["Ubuntu 22.04", "Ubuntu 24.04"],
            Ok(Some("Ubuntu 22.04")),
        );
        check(
            Some("Ubuntu 22.04"),
            &["ubuntu-22.04", "Ubuntu 22.04"],
            Ok(Some("Ubuntu 22.04")),
        );
        check(Some("debian"), &["Ubuntu 22.04"], Err(()));
        check(Some("ubuntu_22"), &["ubuntu_22_cuda_12"], Err(()));
        check(Some("mine"), &[], Ok(Some("mine")));
        check(Some(" "), &["Ubuntu 22.04"], Ok(Some("Ubuntu 22.04")));
    }
}
