"""Citizens' sign-in: national id and a code by SMS."""
