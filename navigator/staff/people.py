"""The accounts and the roles in Django admin."""

from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from services.forms import person_name

from . import invitations
from .pages import page
from .signin import FACTORS

admin.site.unregister([User, Group])
VERBS = {"add": _("Can add"), "change": _("Can change"), "delete": _("Can delete"), "view": _("Can view")}
ROLES = (gettext_noop("Editor"), gettext_noop("Publisher"), gettext_noop("Administrator"))
"""The roles that come with the program."""
ABLE = {
    "services.change_service": _("changes services in the draft"),
    "navigator.change_question": _("changes questions, rules and guidance in the draft"),
    "navigator.publish_edition": _("publishes for everyone, goes back to an earlier edition, fixes one thing at once"),
    "services.delete_service": _("deletes services"),
    "auth.change_user": _("invites people, gives them roles, sees who did what"),
}
"""What a right lets somebody do, in the order in which it is read."""
NOTHING = _("looks only")


def able(role: Group) -> str:
    """What a role lets somebody do, by the rights that it has now."""
    rights = {f"{each.content_type.app_label}.{each.codename}" for each in role.permissions.all()}
    return "; ".join(str(words) for right, words in ABLE.items() if right in rights) or str(NOTHING)


class Rights(ModelMultipleChoiceField):
    """The rights in the language at hand: Django writes them into the database in English."""

    def label_from_instance(self, obj: Any) -> str:
        """The table, and what may be done with its rows; another right by its name."""
        verb, _underscore, model = obj.codename.partition("_")
        plain = verb in VERBS and model == obj.content_type.model
        return f"{obj.content_type} | {VERBS[verb] if plain else gettext(obj.name)}"


class Roles(ModelMultipleChoiceField):
    """The roles, each with what it lets somebody do."""

    def label_from_instance(self, obj: Any) -> str:
        """The role in words."""
        return format_html("<strong>{}</strong>: {}", gettext(obj.name), able(obj))


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The roles."""

    actions = None
    list_display = ("called", "does")
    readonly_fields = ("does",)
    fields = ("name", "does", "permissions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With their rights."""
        return super().get_queryset(request).prefetch_related("permissions__content_type")

    @admin.display(description=_("role"), ordering="name")
    def called(self, role: Group) -> str:
        """Its name in the language at hand."""
        return gettext(role.name)

    @admin.display(description=_("what it lets somebody do"))
    def does(self, role: Group) -> str:
        """By the rights that are saved."""
        return able(role) if role.pk else "–"

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """The rights in the language at hand."""
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, "form_class": Rights})


class PersonForm(forms.ModelForm):
    """An account: who it is and what they may do. The password is theirs alone (invitations.py)."""

    class Meta:
        labels: ClassVar = {"groups": _("Roles"), "is_active": _("May sign in"), "is_superuser": _("May do everything")}
        help_texts: ClassVar = {
            "username": _("Typed to sign in. Empty: the e-mail address."),
            "email": _("For colleagues. This site sends no mail."),
            "groups": "",
            "is_active": _("Take the tick off when somebody leaves. The account stays, for the history names it."),
            "is_superuser": _("Whatever the roles say. For whoever runs the site."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "username" in self.fields:  # not on a page that one may only read
            self.fields["username"].required = False
        if "groups" in self.fields:
            self.fields["groups"].widget.can_add_related = False

    def clean(self) -> dict[str, Any] | None:
        """See that there is a name to sign in with, and no other that differs in capitals alone."""
        data = super().clean()
        if "username" not in self.cleaned_data:
            return data
        name = self.cleaned_data["username"] or self.cleaned_data.get("email", "")
        self.cleaned_data["username"] = name
        if not name:
            self.add_error("username", _("Type a user name, or an e-mail address."))
        elif User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            self.add_error("username", _("Somebody has this user name already."))
        return self.cleaned_data


@admin.register(User)
class People(UserAdmin):
    """The accounts. Rights come from roles; only a superuser makes a superuser."""

    form = add_form = PersonForm
    add_form_template = "admin/change_form.html"
    filter_horizontal = ()
    list_display = ("username", "person", "roles", "state", "last_login")
    list_filter = ("is_active",)
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "state")}),
        (_("What they may do"), {"fields": ("groups", "is_superuser", "is_active")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("first_name", "last_name", "email", "username")}),
        (_("What they may do"), {"fields": ("groups",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With their roles, and whether each has a second factor."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
        return super().get_queryset(request).annotate(has_factor=Exists(factors)).prefetch_related("groups")

    @admin.display(description=_("name"))
    def person(self, user: User) -> str:
        """As colleagues know them."""
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        """The names of the roles."""
        names = [gettext(role.name) for role in user.groups.all()]
        return ", ".join([gettext("May do everything"), *names] if user.is_superuser else names) or str(NOTHING)

    @admin.display(description=_("signing in"))
    def state(self, user: Any) -> str:
        """How far the account is, and the way to a link by which a password is chosen."""
        if not user.pk:
            return "–"
        if not user.is_active:
            return gettext("off: cannot sign in")
        has_password = user.has_usable_password()
        if has_password:
            words = gettext("password and second step set up") if user.has_factor else gettext("no second step yet")
        else:
            words = gettext("invited: no password chosen yet")
        ask = gettext("Lost password…") if has_password else gettext("Show the link")
        return format_html(
            '{} <a href="{}">{}</a>', words, reverse("admin:auth_user_password_change", args=[user.pk]), ask
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What nobody changes, and what only a superuser may."""
        mine = ("state", "last_login", "date_joined")
        return mine if request.user.is_superuser else (*mine, "is_superuser")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save; an account is one of the staff, for this site has no other, and a new one has no password yet."""
        obj.is_staff = True
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """On to the link that the person is to get."""
        return redirect("admin:auth_user_password_change", obj.pk)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """In place of Django's page, on which one types a colleague's password: a link to choose one."""
        user: Any = self.get_object(request, id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        if user == request.user:
            return redirect("account_change_password")
        if request.method == "POST":
            invitations.void(user)
            self.log_change(request, user, gettext("A link to choose a password was made; earlier ones ended."))
            return redirect(request.path)
        link, until = invitations.link(request, user)
        shown = user.is_active and not user.has_usable_password()
        title = gettext("A link for %(name)s") % {"name": person_name(user)}
        return page(request, "invitation", title, person=user, link=shown and link, until=until)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The few roles as boxes to tick."""
        own = {"widget": CheckboxSelectMultiple(), "form_class": Roles}
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.prefetch_related("permissions__content_type")
        return super().formfield_for_manytomany(db_field, request, **{**kwargs, **own})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account is for superusers."""
        return self._may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: who leaves is no longer active. The log, and the rule of four eyes, go on naming the account."""
        return False

    def _may_touch(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or not obj.is_superuser or bool(request.user.is_superuser)
