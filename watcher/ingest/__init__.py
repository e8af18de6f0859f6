"""From a feed's address to its items: fetch (network), parse (bytes to items), schedule (when to poll again)."""
