//! What the expansions of the macros name. Not part of the public interface: it changes with the macros.
