//! veragg
