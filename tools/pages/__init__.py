"""The pages of the repository: their blocks of code, and whether what they say is so."""
