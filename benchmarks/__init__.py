"""Speed and memory, always as a ratio against something real in the same run."""
