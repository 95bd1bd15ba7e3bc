"""Every Danish word a patient may receive, or that is recognised in a reply, as data."""
