"""The notifier: tells officers and citizens what happened, each letter once.

Reads CASES and CLOCKS; writes LETTERS (tried, deferred, sent, failed, unconfirmed, spared); keeps of each
case whom to write to, and the letters to send with their state. A letter is `waiting`, then `trying` under
a claim, then `sent`, `failed` or `unconfirmed`. Before it goes to the gateway, `tried-<n>` is written with
expected sequence 0: who loses that race does not send. What no mail protocol can close is the moment
between the server's 250 and our note of it: a letter whose sender died there, or whose connection broke
after its last line, is never sent again but becomes `unconfirmed`, and a person looks at it.

Slips and citizens' letters go at once, day and night. What a clock says (a reminder, an escalation) waits
for the working hours of who gets it, unless the case is urgent; if meanwhile nothing is owed any more, the
letter is `spared`. Both are asked of the pack and of CLOCKS at the moment of sending, so nothing that waits
can be out of date, whatever crashed, changed or was rebuilt in between.
"""
