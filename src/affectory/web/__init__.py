"""The explorer: a lake in the browser, on this machine alone unless a person says otherwise."""
