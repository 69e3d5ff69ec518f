"""The demonstration: several programs share one log file, in each of the five behaviours."""
