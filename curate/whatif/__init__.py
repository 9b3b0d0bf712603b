"""What other limits would keep: the recipe changed, stored signals judged again, and the difference told."""
