//! Integration tests.

mod why;
