"""Two measurement plug-ins, a writer and a reader, that share one device."""
