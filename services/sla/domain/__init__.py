"""The rules of the clocks, pure: which fact starts and stops which clock, and what time does to it."""
