"""The staff's pages: server-rendered Danish, usable without JavaScript."""
