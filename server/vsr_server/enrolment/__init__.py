"""Who may take part: invitations, machines' keys, identities, certificates."""
