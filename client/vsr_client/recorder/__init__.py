"""From a microphone or a file to a recording: how loud it is, what may be wrong with it, how it looks."""
