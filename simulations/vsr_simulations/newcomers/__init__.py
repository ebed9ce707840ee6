"""What VSR exists for: people of a corpus that the base never heard, who come when others have learnt together."""
