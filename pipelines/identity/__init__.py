"""Identity: identifiers in, stable customers (OneID) out."""

from pipelines.identity.errors import IdentityInputError
from pipelines.identity.resolve import IdentitySummary, resolve_identities
from pipelines.identity.tables import ensure_identity_tables

__all__ = [
    "IdentityInputError",
    "IdentitySummary",
    "ensure_identity_tables",
    "resolve_identities",
]
