"""Update files of other registries (deaths, births, marriages, travel, income, Takaful): each row a change request."""
