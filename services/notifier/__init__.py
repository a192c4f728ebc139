"""The notifier: tells officers and citizens what happened, each letter once.

Reads CASES and CLOCKS; writes LETTERS (tried, deferred, sent, failed, unconfirmed); keeps of each case whom
to write to, and the letters to send with their state. A letter is `waiting`, then `trying` under a claim,
then `sent`, `failed` or `unconfirmed`. Before it goes to the gateway, `tried-<n>` is written with expected
sequence 0: who loses that race does not send. What no mail protocol can close is the moment between the
server's 250 and our note of it: a letter whose sender died there, or whose connection broke after its last
line, is never sent again but becomes `unconfirmed`, and a person looks at it.
"""
