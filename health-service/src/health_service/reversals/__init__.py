"""Contributions taken back by entries; visits are taken back beside the visits."""
