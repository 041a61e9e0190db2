//! The fixed cases, 3 370 of them, each with the class of outcome that it must have.
//!
//! | set | what is bad | cases |
//! |---|---|---|
//! | A [`payloads`] | the form of an answer | 20 answers × 40 changes = 800 |
//! | B [`numbers`] | a number in it | 120 literals × 3 places = 360 |
//! | C [`words`] | a word in it | 150 words × 6 outputs = 900 |
//! | D [`wire`] | the connection | 60 by hand + 200 closed + 200 reset = 460 |
//! | E [`journal`] | our own disk | 300 flips + 100 cuts + 40 by hand = 440 |
//! | F [`headers`] | what is said about limits | 60 |
//! | G [`requests`] | what is asked of us | 200 |
//! | H [`sizes`] | how much of it there is | 15 listings × 10 fillings = 150 |
//!
//! All sets but G run in this process; the cases of G are processes, which the tests of the whole start. Each case has
//! 5 s and 64 MiB ([`limits`]).
//!
//! Where the outcome of a set is a letter, the letters of all cases stand in a grid, a text that a person can read:
//! see `grids/`.

mod grid;
pub mod headers;
pub mod journal;
pub mod limits;
mod mutations;
pub mod numbers;
pub mod payloads;
pub mod requests;
mod shapes;
pub mod sizes;
pub mod wire;
pub mod words;

/// How many cases each set has.
pub const SETS: [(&str, usize); 8] = [
    ("A", 800),
    ("B", 360),
    ("C", 900),
    ("D", 460),
    ("E", 440),
    ("F", 60),
    ("G", 200),
    ("H", 150),
];
