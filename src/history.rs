//! Recorded measurements in the state folder: the baseline of this system.
