"""The conversation with patients, and the pages and interfaces of the people who follow them."""
