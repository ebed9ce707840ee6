"""Voices: a file or a stream in, 4-second segments and their spectrogram images out."""
