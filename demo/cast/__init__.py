"""Who plays: the programs, the measurements that are called, Setup and Cleanup of a test."""
