"""Reads the workbooks in which agencies send their questions and answers (Kế hoạch II.4; Điều 14.4): pure.

Nothing is guessed in silence: what was restored or looks wrong is said with its sheet and row, and a workbook
is taken whole or not at all.
"""
