"""Security keys and passkeys: what no key would answer is refused in words, never with a fault."""

import base64
import json

import pytest
from django.test import Client

from .accounts import PASSWORD, sign_in

OTHER = base64.urlsafe_b64encode(b"x" * 40).decode().rstrip("=")
CLIENT = base64.urlsafe_b64encode(b'{"type": "webauthn.get", "challenge": "x", "origin": "x"}').decode().rstrip("=")
ANSWERS = [
    [],
    7,
    "key",
    {"id": "x"},
    {"id": OTHER, "rawId": OTHER, "type": "public-key", "response": None},
    {"id": OTHER, "rawId": OTHER, "type": "public-key", "response": {}},
    {"id": "é", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "é", "attestationObject": "é"}},
    {
        "id": OTHER,
        "rawId": OTHER,
        "type": "public-key",
        "response": {"clientDataJSON": CLIENT, "attestationObject": OTHER, "authenticatorData": "", "signature": 7},
    },
    {
        "id": OTHER,
        "rawId": OTHER,
        "type": "public-key",
        "response": {"clientDataJSON": OTHER, "authenticatorData": OTHER, "signature": OTHER, "userHandle": [1]},
    },
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_an_answer_that_no_key_gives_is_refused_in_words(staff, answer):
    sent = {"name": "Key", "credential": json.dumps(answer)}
    signed_in = sign_in(Client(), staff)
    signed_in.post("/admin/account/again/", {"password": PASSWORD})
    half = Client()
    half.post("/admin/account/login/", {"login": "staff", "password": PASSWORD})
    for client, address in [(signed_in, "/admin/account/keys/add/"), (half, "/admin/account/code/")]:
        assert client.get(address).status_code == 200, address
        page = client.post(address, sent)
        assert page.status_code == 200, address
    assert "<title>Error:" in signed_in.post("/admin/account/keys/add/", sent).content.decode()
    assert half.get("/admin/").status_code == 302
