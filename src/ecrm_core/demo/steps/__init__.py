"""Steps: the parts of the show, one file each."""
