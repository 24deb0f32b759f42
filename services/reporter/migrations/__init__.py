"""The reporter's schema: numbered SQL, forward only."""
