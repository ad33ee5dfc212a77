//! Log files: counted at memory speed in bounded memory.
