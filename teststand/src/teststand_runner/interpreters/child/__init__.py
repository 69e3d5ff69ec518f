"""What runs in an interpreter process.

It needs Python 3.9 and its standard library alone, as it may run in any environment of the user's;
it is started by the path of `teststand_interpreter.py`, and imports nothing of the project.
"""
