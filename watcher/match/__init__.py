"""Rules: their syntax, how YAML becomes rules, the index over them, and what holds on a document and why."""
