//! GPUs: their models, memory and sockets, in one vocabulary for all brokers.

mod model;
mod name;
mod wanted;

pub use model::GpuModel;
pub use name::GpuName;
pub use wanted::{GpuError, GpuRequest, GpuWanted, MemoryWanted};

use serde::{Deserialize, Serialize};

use crate::quantity::Gb;

open_enum! {
    /// How a GPU is mounted.
    Socket {
        /// A PCI Express card.
        Pcie = "PCIe",
        /// An SXM module of a generation that nobody stated.
        Sxm = "SXM",
        /// SXM2 (V100).
        Sxm2 = "SXM2",
        /// SXM3.
        Sxm3 = "SXM3",
        /// SXM4 (A100).
        Sxm4 = "SXM4",
        /// SXM5 (H100, H200).
        Sxm5 = "SXM5",
        /// SXM6 (B200, B300).
        Sxm6 = "SXM6",
        /// PCIe cards bridged in pairs.
        Nvl = "NVL",
        /// An OCP accelerator module.
        Oam = "OAM",
    }
}

impl Socket {
    /// Whether a GPU in this socket is what somebody who asked for `wanted`
    /// meant: `SXM` means any generation of it.
    pub fn answers(&self, wanted: &Self) -> bool {
        self == wanted || (*wanted == Self::Sxm && self.as_str().starts_with("SXM"))
    }
}

/// The GPUs of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gpu {
    /// The model.
    pub model: GpuModel,
    /// Memory of one GPU, when the broker says.
    pub memory: Option<Gb>,
    /// The socket, when the broker says.
    pub socket: Option<Socket>,
    /// GPUs per instance; 0 for a machine without one.
    pub count: u32,
}
