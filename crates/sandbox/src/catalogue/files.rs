//! The catalogue's files, embedded: the sandbox ships inside the binary and opens nothing.

/// Prime's image lists.
pub(super) const IMAGES: &str = include_str!("../../catalogue/images.toml");

/// One file per provider that Prime sells: its name and its text.
pub(super) const PRIME: &[(&str, &str)] = &[
    (
        "crusoecloud.toml",
        include_str!("../../catalogue/prime/crusoecloud.toml"),
    ),
    ("datacrunch.toml", include_str!("../../catalogue/prime/datacrunch.toml")),
    ("dc_gnu.toml", include_str!("../../catalogue/prime/dc_gnu.toml")),
    ("dc_heron.toml", include_str!("../../catalogue/prime/dc_heron.toml")),
    ("dc_roan.toml", include_str!("../../catalogue/prime/dc_roan.toml")),
    (
        "dc_wildebeest.toml",
        include_str!("../../catalogue/prime/dc_wildebeest.toml"),
    ),
    ("denvr.toml", include_str!("../../catalogue/prime/denvr.toml")),
    ("hyperstack.toml", include_str!("../../catalogue/prime/hyperstack.toml")),
    ("lambdalabs.toml", include_str!("../../catalogue/prime/lambdalabs.toml")),
    ("latitude.toml", include_str!("../../catalogue/prime/latitude.toml")),
    (
        "massedcompute.toml",
        include_str!("../../catalogue/prime/massedcompute.toml"),
    ),
    ("nebius.toml", include_str!("../../catalogue/prime/nebius.toml")),
    ("oblivus.toml", include_str!("../../catalogue/prime/oblivus.toml")),
    (
        "primecompute.toml",
        include_str!("../../catalogue/prime/primecompute.toml"),
    ),
    ("runpod.toml", include_str!("../../catalogue/prime/runpod.toml")),
    ("scaleway.toml", include_str!("../../catalogue/prime/scaleway.toml")),
    ("tensordock.toml", include_str!("../../catalogue/prime/tensordock.toml")),
    ("vultr.toml", include_str!("../../catalogue/prime/vultr.toml")),
];

/// One file per provider that Spheron sells: its name and its text.
pub(super) const SPHERON: &[(&str, &str)] = &[
    (
        "data-crunch.toml",
        include_str!("../../catalogue/spheron/data-crunch.toml"),
    ),
    (
        "massed-compute.toml",
        include_str!("../../catalogue/spheron/massed-compute.toml"),
    ),
    ("sesterce.toml", include_str!("../../catalogue/spheron/sesterce.toml")),
    (
        "spheron-ai.toml",
        include_str!("../../catalogue/spheron/spheron-ai.toml"),
    ),
    (
        "spheron-es.toml",
        include_str!("../../catalogue/spheron/spheron-es.toml"),
    ),
    (
        "tensordock.toml",
        include_str!("../../catalogue/spheron/tensordock.toml"),
    ),
    (
        "voltage-park.toml",
        include_str!("../../catalogue/spheron/voltage-park.toml"),
    ),
];
