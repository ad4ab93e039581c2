"""A K3Cloud that keeps books: signed WebAPI calls in, payment bills, statuses and refusals out."""
