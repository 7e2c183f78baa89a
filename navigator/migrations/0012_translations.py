
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('navigator', '0008_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outdated',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('was', models.TextField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
