"""What every Unified Card service stands on: outbox, consumer, unit of work, problems, auth."""
