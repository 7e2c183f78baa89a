"""A page's form as a browser would send it."""

import html
from html.parser import HTMLParser

from django.urls import reverse


class _Fields(HTMLParser):
    def __init__(self, form):
        super().__init__()
        self.form, self.inside, self.data, self.area, self.select = form, False, {}, None, None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.inside = a.get("id") == self.form
        if not self.inside or (tag != "option" and "name" not in a) or "disabled" in a:
            return
        if tag == "input" and a.get("type") not in ("submit", "button"):
            if a.get("type") not in ("checkbox", "radio") or "checked" in a:
                self.data.setdefault(a["name"], []).append(a.get("value", "on" if "checked" in a else "") or "")
        elif tag == "textarea":
            self.area = a["name"]
            self.data[self.area] = [""]
        elif tag == "select":
            self.select = a["name"]
            self.data.setdefault(self.select, [])
        elif tag == "option" and self.select and "selected" in a:
            self.data[self.select].append(a.get("value", ""))

    def handle_data(self, data):
        if self.area:
            self.data[self.area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            # A browser drops the first line break of a textarea, and sends the others as CR LF.
            self.data[self.area] = [self.data[self.area][0].removeprefix("\n").replace("\n", "\r\n")]
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.inside = False


def filled(response, form):
    """What the form with that id would send, as a dictionary that the test client takes."""
    fields = _Fields(form)
    fields.feed(response.content.decode())
    return {name: values for name, values in fields.data.items() if "__prefix__" not in name}


def page_of(row, what="change"):
    """The address of a row's page in Django admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{what}", args=[row.pk])


def save(client, row, **changes):
    """Open the page of a row, change fields, save."""
    return client.post(page_of(row), filled(client.get(page_of(row)), f"{row._meta.model_name}_form") | changes)


def unescaped(response):
    """A page with its characters as people read them."""
    return html.unescape(response.content.decode())


def on_one_line(response):
    """A page with its white space collapsed, wherever the template breaks its lines."""
    return " ".join(response.content.decode().split())
