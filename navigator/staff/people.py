"""The accounts and the roles in Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.contrib.auth.models import Group, User
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

admin.site.unregister([User, Group])
VERBS = {"add": _("Can add"), "change": _("Can change"), "delete": _("Can delete"), "view": _("Can view")}


class Rights(ModelMultipleChoiceField):
    """The rights in the language at hand: Django writes them into the database in English."""

    def label_from_instance(self, obj: Any) -> str:
        """The table, and what may be done with its rows; another right by its name."""
        verb, _underscore, model = obj.codename.partition("_")
        plain = verb in VERBS and model == obj.content_type.model
        return f"{obj.content_type} | {VERBS[verb] if plain else gettext(obj.name)}"


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The roles."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """The rights in the language at hand."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "form_class": Rights})


class PasswordForm(AdminPasswordChangeForm):
    """Django's, whose help is put together before a language is known, and would stay in English."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        SetUnusablePasswordMixin.usable_password_help_text,
        _("If disabled, the current password for this user will be lost."),
    )


@admin.register(User)
class People(UserAdmin):
    """The accounts. Rights come from roles; only a superuser makes a superuser."""

    filter_horizontal = ()
    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What nobody changes, and what only a superuser may."""
        mine = ("last_login", "date_joined")
        return mine if request.user.is_superuser else (*mine, "is_superuser")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save; a new account is one of the staff: this site has no other, and none else can sign in."""
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The few roles as boxes to tick."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "widget": CheckboxSelectMultiple()})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account is for superusers."""
        return self._may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: who leaves is no longer active. The log, and the rule of four eyes, go on naming the account."""
        return False

    def _may_touch(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or not obj.is_superuser or bool(request.user.is_superuser)
