"""The picture: what people say, as figures with their error."""
