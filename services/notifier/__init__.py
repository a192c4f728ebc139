"""The notifier: tells officers, citizens and partners what happened, each letter once.

Reads CASES, CLOCKS and DELIVERIES; writes LETTERS (tried, deferred, sent, failed, unconfirmed, spared,
fallen-back, delivered, bounced, denied) and the providers' tokens in KV TOKENS; keeps of each case whom to
write to, of each conversation until when it may be answered, and the letters to send with their state. A
letter is `waiting`, then `trying` under a claim, then `sent`, `failed` or `unconfirmed`. Before it goes to
the gateway, `tried-<n>` is written with expected sequence 0: who loses that race does not send. What no mail
protocol can close is the moment between the server's 250 and our note of it: a letter whose sender died
there, or whose connection broke after its last line, is never sent again but becomes `unconfirmed`, and a
person looks at it.

Slips and citizens' letters go at once, day and night. What a clock says (a reminder, an escalation) waits
for the working hours of who gets it, unless the case is urgent; if meanwhile nothing is owed any more, the
letter is `spared`. Both are asked of the pack and of CLOCKS at the moment of sending, so nothing that waits
can be out of date, whatever crashed, changed or was rebuilt in between.

A citizen is answered where they wrote while that is open, else by e-mail, else by telephone. A way that
refuses for good, closes, or takes a letter and brings it back is left: in one transaction the letter becomes
`fallen-back` and the next one, with an id of its own, `waiting`. Which ways were begun for a fact is known
from LETTERS, so a fact that is read again, or a rebuild, begins no other.
"""
