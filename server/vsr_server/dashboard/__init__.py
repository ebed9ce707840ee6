"""The operator's dashboard: pages and an API on loopback behind a token, figures for Prometheus, signs of health."""
