"""The shift roster (plan II.2.1): who is on duty when, round the clock; beside the people, never rebuilt."""
