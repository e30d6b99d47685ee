"""Sessions: begun by a sign-in, idle after minutes, ended everywhere within a second."""
