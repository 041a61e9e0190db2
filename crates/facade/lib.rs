//! gpu-broker.
