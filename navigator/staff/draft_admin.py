"""What the admin pages of the whole draft share."""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from navigator.editions import history
from navigator.models import Comment
from services.admin import CarefulAdmin

from . import history as history_pages
from . import translations
from .pages import PERMISSION


class DraftAdmin(CarefulAdmin):
    """Rows of the draft: whatever their pages write goes into the history, and the public does not see it yet."""

    def message_user(
        self, request: HttpRequest, message: Any, level: Any = messages.INFO, *args: Any, **kw: Any
    ) -> None:
        """Django's message; after a change, with where it stands now and the way on."""
        if level == messages.SUCCESS:
            draft = _("Saved in the draft. The public does not see it yet.")
            links = [(self.preview(request), _("Preview"))]
            if request.user.has_perm(PERMISSION):
                links.append((reverse("admin:publish"), _("Publish")))
            message = format_html("{} {} {}", message, draft, format_html_join(" · ", '<a href="{}">{}</a>', links))
        super().message_user(request, message, level, *args, **kw)

    def preview(self, request: HttpRequest) -> str:
        """Where a change can be seen."""
        return reverse("admin:preview")

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Add or change."""
        rows = history.rows_of(history.kind_of(self.model), "pk", unquote(object_id or ""))
        with self.recorded(request, rows):
            answer = super().changeform_view(request, object_id, *args, **kwargs)
        if answer.status_code == 302 and (row := rows.all().first()):
            translations.ask(request, row)
        return answer

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page, on which translations are marked whose original was changed since."""
        inlines = [each for shown in context["inline_admin_formsets"] for each in shown.formset.forms]
        translations.mark_boxes([context["adminform"].form, *inlines])
        if row := context.get("original"):
            kind, name = history.name_of(row)
            context["comment_count"] = Comment.objects.filter(kind=kind, name=name, settled_at=None).count()
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Delete one."""
        with self.recorded(request, self.model._default_manager.all()):
            return super().delete_view(request, object_id, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Delete many."""
        with self.recorded(request, self.model._default_manager.all()):
            return super().changelist_view(request, *args, **kwargs)

    @contextlib.contextmanager
    def recorded(self, request: HttpRequest, rows: QuerySet[Any], how: str = "save") -> Iterator[None]:
        """What is written within goes into the history."""
        with history.recorded(request.user, how, rows=[rows]) if request.method == "POST" else contextlib.nullcontext():
            yield

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ours, in place of Django's."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return history_pages.listed(request, *history.name_of(row))
