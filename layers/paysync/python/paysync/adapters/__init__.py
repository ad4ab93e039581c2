"""What stands between the core and the world: one package per neighbour. Adapters do not know each other."""
