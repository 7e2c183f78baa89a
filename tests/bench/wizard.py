"""The same questions as a django-formtools session wizard on SQLite, as its documentation has it.

Conditions ask `get_cleaned_data_for_step`, choices are set in `get_form`, sessions are in the database, and
SQLite is as Django sets it up.
"""

import os
from pathlib import Path

import msgspec
import yaml
from django import forms
from django.shortcuts import render
from django.urls import path
from formtools.wizard.views import SessionWizardView

from navigator.engine import flow as flows
from navigator.settings import BASE_DIR, VAR

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.bench.wizard"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "formtools",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR / "wizard.sqlite3"}}
USE_TZ = True


def _wizard(flow):
    """One form a question, asked when its condition holds, with the choices that are offered."""

    def answer(wizard, key):
        return (wizard.get_cleaned_data_for_step(key) or {}).get("answer")

    def given(wizard, keys):
        return {key: choice for key in keys if (choice := answer(wizard, key))}

    def asked(question):
        return lambda wizard: flows.holds(question.when, given(wizard, question.when))

    def form(question):
        field = forms.ChoiceField(label=question.title["en"], help_text=question.why["en"], widget=forms.RadioSelect)
        return type(f"{question.key.title()}Form", (forms.Form,), {"answer": field})

    class Wizard(SessionWizardView):
        template_name = "wizard.html"

        def get_form(self, step=None, data=None, files=None):
            made = super().get_form(step, data, files)
            question = flow.question(step or self.steps.current)
            mentioned = {key for choice in question.choices for key in choice.when}
            choices = flows.offered(question, given(self, mentioned))
            named = [(choice.key, choice.label["en"]) for choice in choices]
            made.fields["answer"].choices = [*named, (flows.SKIP, "I'd rather not say")]
            return made

        def done(self, form_list, **kwargs):
            found = flows.recommend(flow, given(self, self.get_form_list()))
            return render(self.request, "wizard-done.html", {"found": found})

    return Wizard.as_view(
        [(question.key, form(question)) for question in flow.questions],
        condition_dict={question.key: asked(question) for question in flow.questions},
    )


urlpatterns = []


def application():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.wizard"
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    made = get_wsgi_application()
    call_command("migrate", verbosity=0)
    read = yaml.safe_load((BASE_DIR / "fixtures" / "flow.yaml").read_text(encoding="utf-8"))
    urlpatterns.append(path("", _wizard(msgspec.convert(read, flows.Flow))))
    return made
