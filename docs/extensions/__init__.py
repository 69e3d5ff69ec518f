"""What the documentation site shows of the code: made when it is built, so that it cannot rot."""
