"""PostgreSQL's roles and what each may do; ``python -m deploy.postgres apply`` makes them so, and migrates."""
