"""docs/ from the code: what is said of events, logs, method and rules is generated, so that it cannot fall behind."""
