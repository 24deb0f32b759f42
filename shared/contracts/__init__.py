"""What others rely on, generated from the event catalogue: JSON Schemas, the AsyncAPI document, compatibility."""
