"""The secure sum: a server learns what a cohort's vectors add up to, and no single one.

Double masking with secret-shared recovery (Bonawitz et al., CCS 2017, eprint 2017/281) in two exchanges, with keys
enrolled ahead. `docs/secure-sum.md` states the protocol, whom it protects from whom, and why that holds.

Pure functions over values: no network, no file, no clock. What has to be remembered between two exchanges or from
round to round is returned, and is the caller's to keep. Randomness comes in as an argument; where it protects
anyone that is `os.urandom`.
"""
