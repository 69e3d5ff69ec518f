"""The pages of the project, and the extensions of Sphinx that complete them from the code."""
