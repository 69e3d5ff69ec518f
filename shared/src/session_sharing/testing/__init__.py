"""Fakes, simulators and checkers, shipped so that services can be tested as this project is."""
