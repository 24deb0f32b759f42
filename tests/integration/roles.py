"""The database's roles as tests make them."""

from pydantic import SecretStr


def password(role: str) -> SecretStr:
    """With what SQL and URLs have to quote."""
    return SecretStr(f"it's {role}/@:")
