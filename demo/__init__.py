"""The demonstration: two measurement plug-ins share a log file, in all behaviours, and a database.

`scenes` says what is played and what must come of it, `cast` are the programs that play, `told` is
what they and the service tell of it, `checks` finds what is not as it should be, and `show` shows
it to people.
"""
