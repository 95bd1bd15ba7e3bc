"""The ground that all stand on: settings, database, encryption, phone numbers, logs, gateways."""
