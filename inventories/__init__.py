"""What we ship (background, archetypes, products) and the loaders that turn it into the model's types."""
