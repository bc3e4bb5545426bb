//! The firmware core as WebAssembly.
