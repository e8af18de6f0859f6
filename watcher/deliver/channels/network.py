"""Says why a certificate is not trusted.

In: an error of the TLS library. Out: a few words for the ledger. Called by the channels that open connections.
"""

from __future__ import annotations

import ssl


def distrust(error: BaseException | None) -> str:
    """Say why a certificate is not trusted, and who can do what about it: `certificate has expired: …`."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate cannot be checked"
    # OpenSSL's own words; with a wrong host they name it, and so what stands in the configuration.
    reason = error.verify_message[:200]
    if "expired" in reason:
        return f"{reason}: whoever runs it must renew it"
    if "self-signed" in reason or "self signed" in reason or "local issuer" in reason:
        return f"{reason}: add the authority that signed it to the system's"
    return f"{reason}: check the channel's address"
