"""A system of nobody in particular: the JSON API of a payments list and of documents, as most systems have one."""
