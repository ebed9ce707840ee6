"""What noise costs: how good the common model still gets, against how little is given away (docs/privacy.md)."""
