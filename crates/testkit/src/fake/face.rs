//! What a face sells, and what is wrong with it.

use crate::ware::{Shelf, Ware};

/// What is wrong with a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It refuses connections.
    Down,
    /// The second page is answered with 500.
    SecondPage,
    /// Every request is answered with this status, and what the broker says with it.
    Status(u16, &'static str),
    /// The first request is told to wait a second, in the header.
    LimitedOnce,
    /// The first request is told to wait a second, in the body.
    LimitedOnceInBody,
    /// Every request is told to wait 15 minutes.
    LimitedForEver,
    /// A page of markup with status 200.
    Markup,
    /// Half of the answer, and its length says so.
    Half,
    /// Half of the answer, and then the connection ends.
    HungUp,
    /// A body that never ends.
    Endless,
    /// A body that comes byte by byte, and never ends.
    Drip,
    /// No answer at all.
    Silence,
    /// The first listing is empty, with a total of 0.
    EmptyOnce,
    /// Every listing is empty, while the summary says otherwise.
    EmptyForEver,
    /// It sends everybody elsewhere, with this status.
    Redirect(u16),
    /// The total is one less on every page but the first.
    Shrinks,
    /// It announces more rows than there are.
    Exaggerates,
    /// Every page is the first one.
    SamePage,
}

/// One broker.
#[derive(Debug, Clone, Default)]
pub struct Face {
    /// The listing, item by item, as JSON texts: Prime's rows, or Spheron's groups.
    pub items: Vec<String>,
    /// Prime's clusters.
    pub clusters: Vec<String>,
    /// Items of a page at the most, whatever is asked for.
    pub page_max: usize,
    /// What is wrong.
    pub fault: Fault,
    /// Whether every object has fields that nobody ever documented.
    pub strange_fields: bool,
}

impl Face {
    /// A broker with this listing.
    pub fn of(items: Vec<String>) -> Self {
        Self {
            items,
            page_max: 100,
            ..Self::default()
        }
    }

    /// A broker that sells those of the wares that stand on its shelf, in their order.
    pub fn selling(shelf: Shelf, wares: &[Ware]) -> Self {
        let own = wares.iter().filter(|ware| ware.shelf == shelf);
        Self::of(match shelf {
            Shelf::Prime => own.map(Ware::row).collect(),
            Shelf::Spheron => groups(own),
        })
    }

    /// The same with a fault.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// The same with smaller pages.
    #[must_use]
    pub fn paged(mut self, page_max: usize) -> Self {
        self.page_max = page_max;
        self
    }

    /// The same with unknown fields in every object.
    #[must_use]
    pub fn strange(mut self) -> Self {
        self.strange_fields = true;
        self
    }
}

/// Spheron lists groups of one GPU type each, in the order in which a type turns up.
fn groups<'a>(wares: impl Iterator<Item = &'a Ware>) -> Vec<String> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for ware in wares {
        match groups.iter_mut().find(|(name, _)| *name == ware.group()) {
            Some((_, rows)) => rows.push(ware.row()),
            None => groups.push((ware.group(), vec![ware.row()])),
        }
    }
    let group = |(name, rows): (String, Vec<String>)| {
        format!(
            r#"{{"gpuType":"{name}","gpuModel":"{name}","displayName":"{name}","lowestPrice":0.01,"offers":[{}]}}"#,
            rows.join(",")
        )
    };
    groups.into_iter().map(group).collect()
}
