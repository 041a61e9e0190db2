//! What GPUs somebody asks for (R1): `H100:8`, `A100-80GB:4..8`, `any:48GB+`.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Gpu, GpuModel, GpuName, Socket};
use crate::quantity::{Gb, Range};

/// Most GPUs of one request: more than any cloud has sold at once, and few
/// enough to be planned exactly in bounded memory.
const GPUS_MAX: u64 = 100_000;

/// GPUs asked for: one or more alternatives, any of which will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuRequest {
    /// In the order in which they were written.
    pub alternatives: Vec<GpuWanted>,
}

/// One alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuWanted {
    /// The model; `None` when any will do.
    pub model: Option<GpuModel>,
    /// The socket, when it matters.
    pub socket: Option<Socket>,
    /// Memory of one GPU, when it matters.
    pub memory: Option<MemoryWanted>,
    /// How many GPUs the whole plan supplies.
    pub count: Range,
}

/// Memory of one GPU that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryWanted {
    /// `80GB`: this size, give or take a tenth, because vendors and brokers
    /// disagree about one chip (262, 268 and 288 GB for the B300).
    About(Gb),
    /// `24GB..80GB`, `48GB+`: between these sizes.
    Between(Range),
}

/// Why a text does not ask for GPUs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{text}` does not ask for GPUs: {reason}; write `NAME[:MEMORY][:COUNT]`, such as `H100:8`, `A100:80GB:4` or `any:48GB+`"
)]
pub struct GpuError {
    text: Box<str>,
    reason: Cow<'static, str>,
}

impl GpuRequest {
    /// Reads alternatives separated by commas. One without a count takes the
    /// next count to its right, else the nearest to its left, else 1:
    /// `H100,H200:8` is eight of either.
    ///
    /// # Errors
    /// When an alternative has no name, or a count, memory or socket that is none.
    pub fn parse(text: &str) -> Result<Self, GpuError> {
        let read: Vec<_> = text.split(',').map(read_alternative).collect::<Result<_, _>>()?;
        let mut alternatives = Vec::with_capacity(read.len());
        for (at, (wanted, count)) in read.iter().enumerate() {
            let right = read.iter().skip(at).find_map(|(_, count)| *count);
            let left = || read.iter().take(at).rev().find_map(|(_, count)| *count);
            let count = count.or(right).or_else(left).unwrap_or(Range::at_least(1));
            alternatives.push(GpuWanted {
                count,
                ..wanted.clone()
            });
        }
        Ok(Self { alternatives })
    }
}

fn read_alternative(text: &str) -> Result<(GpuWanted, Option<Range>), GpuError> {
    let because = |reason| GpuError {
        text: text.trim().into(),
        reason,
    };
    let error = |reason| because(Cow::Borrowed(reason));
    let mut parts = text.trim().split(':');
    let name = parts.next().unwrap_or_default().trim();
    if name.is_empty() {
        return Err(error("it names no GPU"));
    }
    if let Some(odd) = name.chars().find(|c| !may_name(*c)) {
        let code = u32::from(odd);
        let visible = if odd.is_alphanumeric() || odd.is_ascii_graphic() {
            format!("`{odd}` (U+{code:04X})")
        } else {
            format!("U+{code:04X}")
        };
        return Err(because(format!("no GPU's name has the character {visible}").into()));
    }
    let (model, mut memory, socket) = if name.eq_ignore_ascii_case("any") {
        (None, None, None)
    } else {
        let name = GpuName::read(name);
        let model = name.model.as_str();
        // What is something else when it is read again, as `PCI E` and `any-pcie` are, would be another request in a
        // kept quote.
        if model.is_empty() || model.eq_ignore_ascii_case("any") || GpuName::read(model).model != name.model {
            return Err(error("it names no GPU"));
        }
        (Some(name.model), name.memory.map(MemoryWanted::About), name.socket)
    };
    let mut count = None;
    for part in parts.map(str::trim) {
        if part.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            let read =
                MemoryWanted::parse(part).ok_or_else(|| error("its memory is not a size such as `80GB` or `48GB+`"))?;
            if memory.replace(read).is_some() {
                return Err(error("it states two memory sizes"));
            }
        } else {
            let read =
                Range::parse(part, str::parse::<u64>).map_err(|_| error("its count is not a number or a range"))?;
            if count.replace(read).is_some() {
                return Err(error("it states two counts"));
            }
        }
    }
    if count.is_some_and(|count| count.least.max(count.most.unwrap_or(0)) > GPUS_MAX) {
        return Err(error("it asks for more than 100000 GPUs"));
    }
    if count.is_some_and(|count| count.most == Some(0) || count == Range::at_least(0)) {
        return Err(error("it asks for no GPU at all"));
    }
    let least_one = count.map(|count| Range {
        least: count.least.max(1),
        ..count
    });
    Ok((
        GpuWanted {
            model,
            socket,
            memory,
            count: Range::at_least(1),
        },
        least_one,
    ))
}

/// Whether the character may stand in a GPU's name: case, spaces, `-` and `_` do not matter there, and nothing else is
/// passed over (R1).
fn may_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || c.is_whitespace()
}

impl MemoryWanted {
    fn parse(text: &str) -> Option<Self> {
        if text.contains("..") || text.ends_with('+') {
            Range::parse(text, str::parse::<Gb>).ok().map(Self::Between)
        } else {
            text.parse().ok().map(Self::About)
        }
    }

    /// Whether a GPU with that memory is meant. Silence never is.
    pub fn admits(self, memory: Option<Gb>) -> bool {
        let Some(Gb(size)) = memory else { return false };
        match self {
            Self::About(Gb(wanted)) => size.abs_diff(wanted).saturating_mul(10) <= wanted,
            Self::Between(range) => range.contains(size),
        }
    }
}

impl GpuWanted {
    /// Whether a GPU of that model is meant, whatever its memory and socket.
    pub fn admits_model(&self, model: &GpuModel) -> bool {
        self.model.as_ref().is_none_or(|wanted| wanted == model)
    }

    /// Whether the GPU's memory is what was asked for.
    pub(crate) fn admits_memory(&self, gpu: &Gpu) -> bool {
        self.memory.is_none_or(|wanted| wanted.admits(gpu.memory))
    }

    /// Whether the GPU's socket is what was asked for.
    pub(crate) fn admits_socket(&self, gpu: &Gpu) -> bool {
        self.socket
            .as_ref()
            .is_none_or(|wanted| gpu.socket.as_ref().is_some_and(|socket| socket.answers(wanted)))
    }

    /// Whether the GPU is meant, but for how many there are.
    pub fn admits(&self, gpu: &Gpu) -> bool {
        self.admits_model(&gpu.model) && self.admits_memory(gpu) && self.admits_socket(gpu)
    }
}

impl fmt::Display for MemoryWanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::About(Gb(size)) => write!(f, "{size}GB"),
            Self::Between(Range { least, most: None }) => write!(f, "{least}GB+"),
            Self::Between(Range {
                least,
                most: Some(most),
            }) => write!(f, "{least}GB..{most}GB"),
        }
    }
}

impl fmt::Display for GpuWanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.model.as_ref().map_or("any", GpuModel::as_str))?;
        if let Some(socket) = &self.socket {
            write!(f, "-{socket}")?;
        }
        if let Some(memory) = self.memory {
            write!(f, ":{memory}")?;
        }
        write!(f, ":{}", self.count)
    }
}

impl fmt::Display for GpuRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, wanted) in self.alternatives.iter().enumerate() {
            write!(f, "{}{wanted}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Serialize for GpuRequest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GpuRequest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_read_back() {
        let check = |text: &str, expected: &str| {
            let read = GpuRequest::parse(text).unwrap();
            assert_eq!(read.to_string(), expected, "{text}");
            assert_eq!(GpuRequest::parse(expected), Ok(read), "{expected}");
        };
        check("H100", "H100:1");
        check("h100:8", "H100:8");
        check("rtx 4090:2", "RTX4090:2");
        check("rtx\u{a0}4090_24gb", "RTX4090:24GB:1");
        check("A100-80GB", "A100:80GB:1");
        check("A100:80GB", "A100:80GB:1");
        check("A100:8:80GB", "A100:80GB:8");
        check("H100-SXM:16+", "H100-SXM:16");
        check("H100:8..8", "H100:8..8");
        check("any:24GB..80GB:4..8", "any:24GB..80GB:4..8");
        check("any:48GB..", "any:48GB+:1");
        check("any:48GB+", "any:48GB+:1");
        check("H100,H200:8", "H100:8,H200:8");
        check("H100:8,H200", "H100:8,H200:8");
        check("H100:8,A100:16", "H100:8,A100:16");
        check("H100:..8", "H100:1..8");
    }

    #[test]
    fn nonsense_is_explained() {
        let check = |text: &str, reason: &str| {
            let error = GpuRequest::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        };
        check("H100ü:8", "no GPU's name has the character `ü` (U+00FC)");
        check("H100\u{200b}:8", "no GPU's name has the character U+200B");
        check("Ｈ100:8", "no GPU's name has the character `Ｈ` (U+FF28)");
        check("H100.:8", "no GPU's name has the character `.`");
        check("", "it names no GPU");
        check("---", "it names no GPU");
        check("PCI E", "it names no GPU");
        check("any-pcie:8", "it names no GPU");
        check("H100,", "it names no GPU");
        check(":8", "it names no GPU");
        check("H100:100001", "it asks for more than 100000 GPUs");
        check("H100:8..200000", "it asks for more than 100000 GPUs");
        check("H100:0", "it asks for no GPU at all");
        check("H100:8:4", "it states two counts");
        check("H100:80GB:40GB", "it states two memory sizes");
        check("A100-40GB:80GB", "it states two memory sizes");
        check("H100:eight", "its memory is not a size");
        check("H100:-8", "its count is not a number or a range");
        check("H100:8..4", "its count is not a number or a range");
    }

    #[test]
    fn memory_is_matched_with_tolerance_but_ranges_are_not() {
        let check = |wanted: &str, size: Option<u64>, expected: bool| {
            let wanted = MemoryWanted::parse(wanted).unwrap();
            assert_eq!(wanted.admits(size.map(Gb)), expected, "{wanted} {size:?}");
        };
        check("288GB", Some(262), true);
        check("80GB", Some(80), true);
        check("80GB", Some(94), false);
        check("80GB", Some(40), false);
        check("80GB", None, false);
        check("48GB+", Some(47), false);
        check("24GB..80GB", Some(80), true);
        check("24GB..80GB", Some(96), false);
    }

    #[test]
    fn any_generation_of_a_socket_is_meant() {
        let check = |socket: &str, wanted: &str, expected: bool| {
            assert_eq!(
                Socket::new(socket).answers(&Socket::new(wanted)),
                expected,
                "{socket} for {wanted}"
            );
        };
        check("SXM5", "SXM", true);
        check("SXM9", "sxm", true);
        check("SXM5", "SXM4", false);
        check("PCIe", "SXM", false);
    }
}
