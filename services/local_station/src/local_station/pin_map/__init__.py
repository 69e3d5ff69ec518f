"""NI's Pin Map Service: reading pin maps, and which sessions their pins are connected to."""
