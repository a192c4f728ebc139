"""Questions, answers and notices as agencies keep them up to date (Điều 14.4, 14.6).

Proposals, workbooks on their way and vain searches stand in the people's tables; what is accepted becomes a
new version of the pack, with who, when and on what document.
"""
