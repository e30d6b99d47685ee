"""The OpenID provider on Authlib: authorization, tokens, what it says of itself."""
