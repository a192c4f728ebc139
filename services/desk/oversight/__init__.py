"""What those who watch over cases look at: the overdue board, reminders, answers to be reviewed."""
