"""What several lectures train."""
