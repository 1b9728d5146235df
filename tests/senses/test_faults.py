"""senses/faults: which family an error is of, where it stands, and what is none."""

import pytest

from affectory.senses.faults import families, faults

FAILURES = {
    "invalid_args": ["ValidationError: field 'x' is required", "expected type int, got str",
                     "Invalid parameter: date", "the total does not add up"],
    "tool_not_found": ["no such tool", "tool 'fly' not found", "function foo does not exist"],
    "auth_misuse": ["permission denied", "HTTP 403", "invalid API key", "your token has expired: "
                    "expired access token", "you are not allowed to do this"],
    "state_error": ["409 Conflict", "the booking was already cancelled", "already cancelled",
                    "cannot be modified", "insufficient balance", "not available on that date"],
    "bad_query": ["order not found", "No results found", "0 rows", "syntax error near FROM",
                  "404 not found"],
}  # fmt: skip
ENVIRONMENT = {
    "rate_limit": ["rate limit exceeded", "Too many requests", "status: 429", "you were throttled"],
    "api_error": ["internal server error", "502 Bad Gateway", "service temporarily unavailable"],
    "timeout": ["timed out", "ReadTimeoutError: timeout error", "deadline exceeded"],
    "network": ["ECONNRESET", "could not resolve host", "DNS lookup failed", "socket hang up"],
    "malformed_response": ["failed to parse the answer", "unexpected end of JSON", "invalid JSON"],
    "context_overflow": ["context length exceeded", "the prompt is too long", "too many tokens"],
}


@pytest.mark.parametrize(
    ("kind", "table"),
    [("failures", FAILURES), ("environment", ENVIRONMENT)],
    ids=lambda v: str(v)[:8],
)
def test_each_family_by_its_wordings(kind, table):
    assert set(families(kind)) == set(table)
    for family, texts in table.items():
        assert [(one.row, one.family) for one in faults(texts, kind)] == [
            (row, family) for row in range(len(texts))
        ]


def test_where_it_stands_in_characters():
    text = "écoute: Rate LIMIT exceeded; timed out"
    (one,) = faults([text], "environment")
    assert (one.family, text[one.start : one.stop], one.text) == (
        "rate_limit", "Rate LIMIT exceeded", "Rate LIMIT exceeded",
    )  # fmt: skip


def test_nothing_has_no_fault():
    assert faults([], "failures") == faults(["", "all is well"], "failures") == []
