"""The stated stack as it is usually written: FastAPI, an httpx gateway, SQLAlchemy's ORM, a transaction a request.

It does the same work for a sale as supply-service does, in the way most tutorials would. It is here to be
compared with, and is no part of the system.
"""
