"""The lab's host: the lesson in the browser, served from this machine.

One guard stands before every route (``guard``): it checks the Host, the Origin and the session, and
puts the same headers on every answer. Behind it are plain files (``page``) and one WebSocket
(``talk``), on which the page asks the engine for what it computes itself meanwhile (``answers``).
Nothing a client sends is evaluated, unpickled or written to disk.
"""
