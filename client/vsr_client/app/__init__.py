"""The local web app: one person's pages and API, on this machine's loopback alone."""
