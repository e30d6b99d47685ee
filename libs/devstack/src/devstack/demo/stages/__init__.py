"""The stages of the pilot, one module each, in the order in which `devstack.demo.play` runs them."""
