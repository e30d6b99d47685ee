"""Holder's proofs: card-service signs that a card's holder was there, other services believe it once, without a call.

How a service uses it:

1. A migration runs `holder_proofs.ddl.holder_proof_ddl()`. The setting `holder_proof_keys_url` says where card-service
   shows its keys, which `ProofKeys` fetches and keeps in the service's database: `await keys.load(pool)` in the
   lifespan, a `Periodic` of `keys.keep_fresh` among the refreshers.
2. The request carries the proof as `holder_proof`. `await keys.checked(pool, token, Asked(...))` gives what it proves,
   or raises a refusal of `holder_proofs.refusals`: another terminal's, another card's, for another purpose, for less.
3. In the transaction that it permits: `await once.remember(session, proof, operation)`. A proof that has permitted
   another operation is refused there; a repeat under the same Idempotency-Key gets the first answer before that.
4. `once.forgetting()` among the workers: what has expired is refused anyway.
"""

TABLES = ("holder_proof_key", "holder_proof_used")
