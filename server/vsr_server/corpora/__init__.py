"""Corpora: labelled recordings of emotional speech, as people have them in folders."""
