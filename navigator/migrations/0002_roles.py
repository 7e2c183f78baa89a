"""The three roles of the staff. Whoever needs other rights makes other groups."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

DRAFT = {
    "services": ["organization", "service", "contactpoint", "source"],
    "navigator": ["question", "choice", "recommendation", "guidance"],
}
KEPT = {"organization", "service"}
"""Retired, not deleted: other records and earlier editions name them."""


def roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    # Django makes permissions only after all migrations; these are needed now.
    for label in ("auth", "services", "navigator"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None

    def found(label, *codenames):
        rows = Permission.objects.filter(content_type__app_label=label, codename__in=codenames)
        assert len(rows) == len(codenames), codenames
        return rows

    editor = [row for label, models in DRAFT.items() for model in models for row in found(
        label,
        f"add_{model}", f"change_{model}", f"view_{model}", *([] if model in KEPT else [f"delete_{model}"]),
    )]
    editor += found("navigator", "view_edition")
    publisher = [*editor, *found("navigator", "publish_edition")]
    administrator = [
        *publisher,
        *found("services", "delete_organization", "delete_service"),
        *(row for model in ("user", "group") for row in found(
            "auth", f"add_{model}", f"change_{model}", f"delete_{model}", f"view_{model}"
        )),
    ]
    for name, rows in (("Editor", editor), ("Publisher", publisher), ("Administrator", administrator)):
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*rows)


class Migration(migrations.Migration):

    dependencies = [
        ("navigator", "0001_initial"),
        ("services", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(roles, migrations.RunPython.noop)]
