"""TestStand sequences on any machine, without TestStand.

Nothing is imported here: the command is to be interruptible from its start.
"""
