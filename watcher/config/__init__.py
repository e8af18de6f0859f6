"""The users' YAML: read with positions (`load`), checked by models (`models`), edited in place (`edit`)."""
