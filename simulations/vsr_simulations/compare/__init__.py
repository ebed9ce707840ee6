"""Methods of personalisation side by side: the same people, the same clips, the same rounds."""
