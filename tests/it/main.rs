//! Integration tests.
mod files;
