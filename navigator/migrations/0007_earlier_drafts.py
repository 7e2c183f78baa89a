
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('navigator', '0006_releases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DraftKept',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField(verbose_name='content')),
                ('kept_at', models.DateTimeField(auto_now_add=True, verbose_name='kept at')),
                ('kept_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set back by')),
            ],
            options={
                'verbose_name': 'earlier draft',
                'verbose_name_plural': 'earlier drafts',
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
    ]
