"""What a journal of sessions says: pure reading and writing of its text, for services and tools."""
