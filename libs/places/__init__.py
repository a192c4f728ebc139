"""What a citizen's words are about: folding of Vietnamese text, places, fields, answers.

Everything here is pure and knows no province: units, landmarks, quiet words, questions and answers
come from the pack as plain values, and what comes back is a suggestion that a person may overrule.
"""
