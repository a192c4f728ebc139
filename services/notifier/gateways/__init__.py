"""The ways out of the house, behind one protocol: SMTP, and text messages by Kannel or to a console."""
