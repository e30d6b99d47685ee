"""The desk that answers citizens: complaints and questions by when they are due, each taken before it is answered."""
